/**
 * Formats (int32, int64, double, byte) are in none of the package's types, but its compiled validators check them: each
 * is called once with an object whose every number and string is wrong for every format, and its errors tell.
 */
import { pathToFileURL } from 'node:url';
import type { Schema } from '../../src/meta/schema/types.ts';

interface ValidationError {
  instancePath: string;
  keyword: string;
  params: { type?: string; format?: string };
}

interface Validator {
  (data: unknown): boolean;
  errors?: ValidationError[] | null;
}

/** Not an integer, and not base64. */
const WRONG_NUMBER = 0.5;
const WRONG_STRING = '!';

/** Sets in place what the type's validator says of the scalars in `schema`: integer or number, and their format. */
export async function addFormats(schema: Schema, validatorFile: string): Promise<void> {
  const scalars = new Map<string, Schema>();
  const probe = probeOf(schema, '', scalars);
  if (scalars.size === 0) return;
  const { validate } = (await import(pathToFileURL(validatorFile).href)) as { validate: Validator };
  validate(probe);
  for (const error of validate.errors ?? []) {
    const scalar = scalars.get(error.instancePath);
    if (scalar === undefined) continue;
    if (error.keyword === 'type' && error.params.type === 'integer') scalar.type = 'integer';
    if (error.keyword === 'format' && error.params.format !== undefined) scalar.format = error.params.format;
  }
  // A validator has nothing against a fraction in a float64, the only other number of the API.
  for (const scalar of scalars.values()) if (scalar.type === 'number') scalar.format = 'double';
}

/** A value of the schema's shape, and the scalars met by JSON pointer. References are left out: they have their own turn. */
function probeOf(schema: Schema, pointer: string, scalars: Map<string, Schema>): unknown {
  if (schema.type === 'number' || (schema.type === 'string' && schema.enum === undefined)) {
    scalars.set(pointer, schema);
    return schema.type === 'number' ? WRONG_NUMBER : WRONG_STRING;
  }
  if (schema.type === 'array' && schema.items !== undefined) {
    const item = probeOf(schema.items, `${pointer}/0`, scalars);
    return item === undefined ? undefined : [item];
  }
  if (schema.type !== 'object') return undefined;
  if (typeof schema.additionalProperties === 'object') {
    const value = probeOf(schema.additionalProperties, `${pointer}/k`, scalars);
    return value === undefined ? undefined : { k: value };
  }
  const entries = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    probeOf(property, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, scalars),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
