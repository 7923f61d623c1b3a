import type { Definitions, Schema } from './types.ts';

/**
 * A schema whose references are resolved to direct pointers, so that hot paths never look up a name. It may be cyclic.
 * Made by `link` only.
 */
export interface LinkedSchema {
  /** The schema itself with `$ref` replaced by what it names; nested schemas still hold their references. */
  readonly schema: Schema;
}

/** Resolves `schema` against `definitions`; the same pair always gives the same LinkedSchema (cached weakly). */
export function link(_schema: Schema, _definitions: Definitions): LinkedSchema {
  throw new Error('being written');
}
