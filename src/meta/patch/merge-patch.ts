/** JSON merge patch (RFC 7386). */
import { cloneJson } from '../clone.ts';
import { own, setOwn } from '../own.ts';
import { StatusError } from '../status-error.ts';

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return cloneJson(patch);
  const merged: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else setOwn(merged, key, merge(own(merged, key), value));
  }
  return merged;
}

/** The original with the patch merged in; parts of the original may be shared. A patch that is no object throws 400. */
export function mergePatch(original: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw StatusError.badRequest('Invalid JSON Patch');
  return merge(original, patch);
}
