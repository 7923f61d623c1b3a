import type { LinkedSchema } from './link.ts';

/** Fills in place each absent property that has a default with a copy of it, also inside of what it filled in. */
export function applyDefaults(_schema: LinkedSchema, _value: unknown): void {
  throw new Error('being written');
}
