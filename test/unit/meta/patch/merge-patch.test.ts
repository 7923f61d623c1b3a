import { describe, expect, it } from 'vitest';
import { mergePatch } from '../../../../src/meta/patch/merge-patch.ts';

describe('merge patch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{ a: 'x' }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ])('%j patched by %j is %j', (original, patch, patched) => {
    const before = JSON.stringify(original);
    expect(mergePatch(original, patch)).toEqual(patched);
    expect(JSON.stringify(original)).toBe(before);
  });

  it.each([[[]], ['x'], [null]])('refuses %j', (patch) => {
    expect(() => mergePatch({}, patch)).toThrow('Invalid JSON Patch');
  });
});
