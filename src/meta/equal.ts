/** Equality of JSON values; the order of keys never matters. */
import { own } from './own.ts';

type Json = Record<string, unknown>;

/** Absent, null, and empty lists and maps: what Go's decoder and semantic equality see as the same nothing. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

function equal(a: unknown, b: unknown, same: (a: unknown, b: unknown) => boolean): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (Array.isArray(b)) return false;
  for (const key in a) if (!same((a as Json)[key], own(b as Json, key))) return false;
  for (const key in b) if (!Object.hasOwn(a, key) && !same(undefined, (b as Json)[key])) return false;
  return true;
}

/** Strict equality, except that an absent property equals an undefined one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  return a === b || equal(a, b, deepEqual);
}

/**
 * Equality as upstream's Semantic.DeepEqual sees decoded objects: an absent property also equals null, an empty list
 * and an empty map.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return a === b || (isNothing(a) && isNothing(b)) || equal(a, b, semanticEqual);
}
