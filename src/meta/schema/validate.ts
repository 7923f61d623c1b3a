import type { FieldError, FieldPath } from '../field-error.ts';
import type { LinkedSchema } from './link.ts';

/** All violations of the schema, worded as upstream words those of custom resources. */
export function validateSchema(_schema: LinkedSchema, _value: unknown, _path?: FieldPath): FieldError[] {
  throw new Error('being written');
}
