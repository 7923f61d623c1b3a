import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../../src/meta/patch/apply-patch.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';
import { shop } from '../schema/sample.ts';

type Json = Record<string, unknown>;

function merged(original: Json, patch: unknown): unknown {
  const result = applyPatch('application/strategic-merge-patch+json', shop, { spec: original }, { spec: patch });
  return (result as { spec: unknown }).spec;
}

function named(...names: (string | [string, string])[]): Json[] {
  return names.map((each) => (typeof each === 'string' ? { name: each } : { name: each[0], value: each[1] }));
}

describe('strategic merge patch', () => {
  it.each([
    ['sets and removes fields', { owner: 'a', open: true }, { owner: 'b', open: null }, { owner: 'b' }],
    [
      'merges maps',
      { selector: { a: '1', b: '2' } },
      { selector: { b: null, c: '3' } },
      { selector: { a: '1', c: '3' } },
    ],
    ['replaces plain lists', { args: ['a', 'b'] }, { args: ['c'] }, { args: ['c'] }],
    ['drops nulls that meet nothing', {}, { selector: { a: null, b: '1' } }, { selector: { b: '1' } }],
    [
      'merges lists by their key',
      { items: named(['a', '1'], ['b', '2']) },
      { items: named(['b', '3'], ['c', '4']) },
      { items: named(['a', '1'], ['b', '3'], ['c', '4']) },
    ],
    [
      'merges deeper lists by their key',
      { items: [{ name: 'a', children: named(['x', '1'], ['y', '1']) }] },
      { items: [{ name: 'a', children: named(['x', '2']) }] },
      { items: [{ name: 'a', children: named(['x', '2'], ['y', '1']) }] },
    ],
    [
      'keeps the order of the patch',
      { items: named('1', ['2', 'b'], '3') },
      { items: named(['3', 'c'], ['1', 'a']) },
      { items: named(['2', 'b'], ['3', 'c'], ['1', 'a']) },
    ],
    [
      'replaces lists of maps that have no key',
      { routes: named('a', 'b') },
      { routes: named('c') },
      { routes: named('c') },
    ],
    ['adds to sets once', { finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, { finalizers: ['c', 'a', 'b'] }],
    [
      '$patch: delete removes an element',
      { items: named('a', 'b', 'a') },
      { items: [{ name: 'a', $patch: 'delete' }] },
      { items: named('b') },
    ],
    [
      '$patch: delete of what is not there changes nothing',
      { items: named('a') },
      { items: [{ name: 'x', $patch: 'delete' }] },
      { items: named('a') },
    ],
    [
      '$patch: replace replaces a list',
      { items: named('a', 'b') },
      { items: [{ $patch: 'replace' }, { name: 'c' }] },
      { items: named('c') },
    ],
    [
      '$patch: replace replaces a map',
      { selector: { a: '1' } },
      { selector: { $patch: 'replace', b: '2' } },
      { selector: { b: '2' } },
    ],
    ['$patch: delete empties a map', { selector: { a: '1' } }, { selector: { $patch: 'delete' } }, { selector: {} }],
    ['directives that meet nothing leave nothing', {}, { items: [{ name: 'a', $patch: 'delete' }] }, { items: [] }],
    [
      '$deleteFromPrimitiveList removes from a set',
      { finalizers: ['a', 'b', 'c'] },
      { '$deleteFromPrimitiveList/finalizers': ['b', 'x'] },
      { finalizers: ['a', 'c'] },
    ],
    [
      '$deleteFromPrimitiveList removes from a plain list too',
      { args: ['a', 'b'] },
      { '$deleteFromPrimitiveList/args': ['a'] },
      { args: ['b'] },
    ],
    [
      '$deleteFromPrimitiveList adds no list',
      { owner: 'a' },
      { '$deleteFromPrimitiveList/args': ['a'] },
      { owner: 'a' },
    ],
    [
      '$setElementOrder orders what the patch and the object have',
      { items: named('1', '3') },
      { '$setElementOrder/items': named('3', '2', '1'), items: named(['3', 'c'], ['1', 'a']) },
      { items: named(['3', 'c'], ['1', 'a']) },
    ],
    [
      '$setElementOrder alone reorders, and leaves others where they were',
      { items: named('1', 'server', '2', '3') },
      { '$setElementOrder/items': named('3', '2', '1') },
      { items: named('server', '3', '2', '1') },
    ],
    [
      '$setElementOrder with a new element, as kubectl apply sends it',
      { items: named('a', 'injected', 'b') },
      { '$setElementOrder/items': named('new', 'a', 'b'), items: named(['new', '1']) },
      { items: named(['new', '1'], 'a', 'injected', 'b') },
    ],
    [
      '$setElementOrder with a deletion',
      { items: named('a', 'b', 'c') },
      { '$setElementOrder/items': named('a', 'c'), items: [{ name: 'b', $patch: 'delete' }] },
      { items: named('a', 'c') },
    ],
    [
      '$setElementOrder of a set',
      { finalizers: ['1', '3'] },
      { '$setElementOrder/finalizers': ['3', '2', '1'], '$deleteFromPrimitiveList/finalizers': ['9'] },
      { finalizers: ['3', '1'] },
    ],
    [
      '$retainKeys keeps the named keys only',
      { strategy: { type: 'Rolling', rolling: { surge: 1 } } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      { strategy: { type: 'Recreate' } },
    ],
    [
      'without $retainKeys the keys stay',
      { strategy: { type: 'Rolling', rolling: { surge: 1 } } },
      { strategy: { rolling: { size: 2 } } },
      { strategy: { type: 'Rolling', rolling: { surge: 1, size: 2 } } },
    ],
    [
      'the strategy replace replaces a map',
      { replaced: { type: 'a', rolling: {} } },
      { replaced: { type: 'b' } },
      { replaced: { type: 'b' } },
    ],
    [
      'takes the patch where kinds of values differ',
      { items: null, selector: 'x' },
      { selector: { a: 'b' } },
      { items: null, selector: { a: 'b' } },
    ],
  ] as [string, Json, Json, Json][])('%s', (_, original, patch, result) => {
    const before = JSON.stringify([original, patch]);
    expect(merged(original, patch)).toEqual(result);
    expect(JSON.stringify([original, patch])).toBe(before);
  });

  it.each([
    [{ items: [{ value: 'b' }] }, 422, 'map: {"value":"b"} does not contain declared merge key: name'],
    [{ items: ['b'] }, 422, 'list element types are not identical'],
    [{ items: [{ name: 'a', $patch: 'burn' }] }, 422, 'unknown patch type: burn in map'],
    [{ items: [{ $patch: 'merge' }] }, 422, 'merging lists cannot yet be specified in the patch'],
    [{ finalizers: [['a']] }, 422, 'lists of lists are not supported'],
    [{ selector: { $patch: 'burn' } }, 422, 'unknown patch type: burn in map'],
    [
      { '$setElementOrder/items': named('1', '3'), items: named(['3', 'c'], ['1', 'a']) },
      422,
      "doesn't match $setElementOrder list",
    ],
    [{ '$setElementOrder/items': 'x' }, 400, 'invalid patch format of setElementOrder list'],
    [{ $setElementOrder: [] }, 400, 'invalid patch format of setElementOrder list'],
    [{ '$deleteFromPrimitiveList/finalizers': 'x' }, 400, 'invalid patch format of primitive list'],
    [{ selector: { $retainKeys: 'x' } }, 400, 'invalid patch format of retainKeys'],
    [{ selector: { $retainKeys: ['a'], b: '1' } }, 400, 'invalid patch format of retainKeys'],
  ])('refuses %j', (patch, code, message) => {
    const original = { items: named('1', '3'), finalizers: ['a'], selector: { a: '1' } };
    let error: unknown;
    try {
      merged(original, patch);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StatusError);
    const { status } = error as StatusError;
    expect(status.code).toBe(code);
    expect(status.details?.causes?.[0]?.message ?? status.message).toContain(message);
  });

  it('refuses what is no object', () => {
    expect(() => applyPatch('application/strategic-merge-patch+json', shop, {}, [])).toThrow('invalid JSON document');
  });
});
