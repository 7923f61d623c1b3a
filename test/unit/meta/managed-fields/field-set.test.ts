import { describe, expect, it } from 'vitest';
import {
  difference,
  type FieldSet,
  intersection,
  isFieldSet,
  pathsOf,
  union,
} from '../../../../src/meta/managed-fields/field-set.ts';

/** A set of dotted paths, put together element by element, without the functions under test. */
function setOf(...paths: string[]): FieldSet {
  const root: Record<string, unknown> = {};
  for (const path of paths.sort()) {
    let at = root;
    for (const step of path.split('.')) {
      at[`f:${step}`] ??= {};
      at = at[`f:${step}`] as Record<string, unknown>;
    }
    at.$ = true;
  }
  const finish = (at: Record<string, unknown>): FieldSet => {
    const { $: member, ...inside } = at;
    const each = Object.entries(inside).map(([key, value]) => [key, finish(value as Record<string, unknown>)]);
    return Object.fromEntries([...(member === true && each.length > 0 ? [['.', {}]] : []), ...each]);
  };
  return finish(root);
}
const dotted = (set: FieldSet) => [...pathsOf(set)].map((path) => path.map((step) => step.slice(2)).join('.')).sort();

/** All subsets of paths that contain, and are beside, one another. */
const PATHS = ['a', 'a.b', 'a.b.c', 'a.d', 'e'];
const SUBSETS = Array.from({ length: 2 ** PATHS.length }, (_, bits) => PATHS.filter((_, at) => (bits >> at) & 1));

describe('sets of fields', () => {
  it('unite, subtract and intersect as sets of paths, and stay as they were', () => {
    for (const a of SUBSETS) {
      for (const b of SUBSETS) {
        const [one, other] = [setOf(...a), setOf(...b)];
        const before = JSON.stringify([one, other]);
        expect(dotted(union(one, other))).toEqual([...new Set([...a, ...b])].sort());
        expect(dotted(difference(one, other)), `${a} - ${b}`).toEqual(a.filter((path) => !b.includes(path)).sort());
        expect(dotted(intersection(one, other))).toEqual(a.filter((path) => b.includes(path)).sort());
        expect(JSON.stringify([one, other])).toBe(before);
      }
    }
  });

  it('are what they were when nothing changes them, so that nothing needs to be written', () => {
    const set = setOf('a.b', 'a.c');
    expect(union(set, setOf('a.b'))).toBe(set);
    expect(difference(set, setOf('x', 'a.x'))).toBe(set);
  });

  it.each([
    [{}, true],
    [{ 'f:a': { '.': {}, 'k:{"name":"x"}': {} } }, true],
    [{ '.': {} }, false],
    [{ 'x:a': {} }, false],
    [{ 'f:a': 1 }, false],
    [JSON.parse('{"__proto__": {}}'), false],
    [[], false],
    [null, false],
    ['text', false],
  ])('%j is one: %s', (value, is) => {
    expect(isFieldSet(value)).toBe(is);
  });
});
