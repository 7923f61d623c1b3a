/**
 * Regular expressions that are not ours: patterns that schemas hold. They run on an engine whose time is linear in the
 * text, RE2's (which is upstream's, too, so that the syntax is the same): `^(a+)+$` takes V8's engine years.
 */
import { LRUCache } from 'lru-cache';
import { RE2JS, RE2JSException } from 're2js';

export interface Expression {
  /** Whether the pattern occurs in the text. */
  test(text: string): boolean;
}

/** Patterns that are kept compiled: each schema brings its own. */
const MAX_COMPILED = 500;

const compiled = new LRUCache<string, Expression | string>({ max: MAX_COMPILED });

/** The compiled pattern, or what is wrong with it. */
export function expression(pattern: string): Expression | string {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = compile(pattern);
    compiled.set(pattern, known);
  }
  return known;
}

function compile(pattern: string): Expression | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}
