/** Fields named by dotted paths, with or without a leading dot: `spec.replicas`, `.spec.replicas`. */
import { own, setOwn } from './own.ts';

type Json = Record<string, unknown>;

const split = new Map<string, readonly string[]>();

/** Paths come from definitions, so that there are few. */
function steps(path: string): readonly string[] {
  let names = split.get(path);
  if (names === undefined) {
    names = path.split('.').filter((step) => step !== '');
    split.set(path, names);
  }
  return names;
}

/** undefined where nothing is there. */
export function readAt(object: Json, path: string): unknown {
  let value: unknown = object;
  for (const step of steps(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = own(value as Json, step);
  }
  return value;
}

/** Sets the field in place, making what it is in where that is absent; undefined removes it. */
export function writeAt(object: Json, path: string, value: unknown): void {
  const names = steps(path);
  let parent = object;
  for (const step of names.slice(0, -1)) {
    let inside = own(parent, step);
    if (typeof inside !== 'object' || inside === null) {
      if (value === undefined) return;
      inside = {};
      setOwn(parent, step, inside);
    }
    parent = inside as Json;
  }
  const last = names[names.length - 1];
  if (last === undefined) return;
  if (value === undefined) delete parent[last];
  else setOwn(parent, last, value);
}
