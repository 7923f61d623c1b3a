import type { LinkedSchema } from './link.ts';

/** `unknown field "spec.containers[0].foo"` for each field that the schema does not know, in document order. */
export function unknownFields(_schema: LinkedSchema, _value: unknown): string[] {
  throw new Error('being written');
}

/** Removes in place what `unknownFields` would report. */
export function pruneUnknown(_schema: LinkedSchema, _value: unknown): void {
  throw new Error('being written');
}
