import { describe, expect, it } from 'vitest';
import { jsonPatch } from '../../../../src/meta/patch/json-patch.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';

function problem(original: unknown, patch: unknown): { code: number; message: string | undefined } {
  try {
    jsonPatch(original, patch);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { code: error.code, message: error.status.details?.causes?.[0]?.message ?? error.message };
  }
  return { code: 200, message: undefined };
}

describe('JSON patch', () => {
  it.each([
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [{ a: [1, 2] }, [{ op: 'add', path: '/a/2', value: 3 }], { a: [1, 2, 3] }],
    [{ a: [1, 2] }, [{ op: 'remove', path: '/a/-1' }], { a: [1] }],
    [{ a: [1, 2] }, [{ op: 'add', path: '/a/-1', value: 3 }], { a: [1, 2, 3] }],
    [{ a: { b: 1 } }, [{ op: 'remove', path: '/a/b' }], { a: {} }],
    [{ a: [1, 2] }, [{ op: 'replace', path: '/a/0', value: { x: 1 } }], { a: [{ x: 1 }, 2] }],
    [{ a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
    [
      { 'a/b': 1, 'c~d': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'replace', path: '/c~0d', value: 3 },
      ],
      { 'c~d': 3 },
    ],
    [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    [{ a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: [2, 3, 1] }],
    [
      { a: { b: [1] } },
      [
        { op: 'copy', from: '/a/b', path: '/c' },
        { op: 'add', path: '/c/-', value: 2 },
      ],
      { a: { b: [1] }, c: [1, 2] },
    ],
    [{ a: { b: 1, c: [2] } }, [{ op: 'test', path: '/a', value: { c: [2], b: 1 } }], { a: { b: 1, c: [2] } }],
    [{}, [{ op: 'test', path: '/a', value: null }], {}],
    [{}, [{ op: 'add', path: '', value: 1 }].slice(1), {}],
    [{ '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
  ] as [unknown, unknown, unknown][])('%j patched by %j is %j', (original, patch, patched) => {
    const before = JSON.stringify(original);
    expect(jsonPatch(original, patch)).toEqual(patched);
    expect(JSON.stringify(original)).toBe(before);
  });

  it.each([
    [{ op: 'add', path: '/x/y', value: 1 }, 'add operation does not apply: doc is missing path: "/x/y": missing value'],
    [{ op: 'add', path: '', value: 1 }, 'add operation does not apply: doc is missing path: "": missing value'],
    [
      { op: 'add', path: '/l/5', value: 1 },
      "error in add for path: '/l/5': Unable to access invalid index: 5: invalid index referenced",
    ],
    [
      { op: 'add', path: '/l/x', value: 1 },
      `error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      { op: 'remove', path: '/x' },
      "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
    ],
    [{ op: 'remove', path: '/x/y' }, 'remove operation does not apply: doc is missing path: "/x/y": missing value'],
    [
      { op: 'remove', path: '/l/2' },
      "error in remove for path: '/l/2': Unable to access invalid index: 2: invalid index referenced",
    ],
    [
      { op: 'replace', path: '/x', value: 1 },
      'replace operation does not apply: doc is missing key: /x: missing value',
    ],
    [
      { op: 'replace', path: '/x/y', value: 1 },
      'replace operation does not apply: doc is missing path: /x/y: missing value',
    ],
    [
      { op: 'replace', path: '/l/9', value: 1 },
      'replace operation does not apply: doc is missing key: /l/9: missing value',
    ],
    [{ op: 'test', path: '/a', value: 2 }, 'testing value /a failed: test failed'],
    [{ op: 'test', path: '/x/y', value: 2 }, 'test operation does not apply: is missing path: /x/y: missing value'],
    [
      { op: 'move', from: '/x', path: '/y' },
      'move operation does not apply: doc is missing from path: /x: missing value',
    ],
    [
      { op: 'move', from: '/o', path: '/o/p' },
      'move operation does not apply: doc is missing destination path: /o/p: missing value',
    ],
    [{ op: 'copy', path: '/y' }, 'copy operation failed to decode from: missing value'],
    [{ op: 'remove' }, 'remove operation failed to decode path: missing value'],
    [{ op: 'merge', path: '/a' }, 'Unexpected kind: merge'],
    [{ path: '/a' }, 'Unexpected kind: unknown'],
    [{ op: 'add', path: '/a/b', value: 1 }, 'add operation does not apply: doc is missing path: "/a/b": missing value'],
  ])('%j is refused with 422', (step, message) => {
    expect(problem({ a: 1, l: [1, 2], o: {} }, [step])).toEqual({ code: 422, message });
  });

  it('is all or nothing', () => {
    const original = { a: 1 };
    expect(
      problem(original, [
        { op: 'add', path: '/b', value: 1 },
        { op: 'test', path: '/a', value: 9 },
      ]).code,
    ).toBe(422);
    expect(original).toEqual({ a: 1 });
  });

  it('refuses what is no patch with 400', () => {
    expect(problem({}, {})).toEqual({
      code: 400,
      message: 'json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    });
    expect(problem({}, ['x']).code).toBe(400);
  });

  it('has limits', () => {
    expect(problem({}, Array(10_001).fill({ op: 'test', path: '/a' }))).toEqual({
      code: 413,
      message: 'The allowed maximum operations in a JSON patch is 10000, got 10001',
    });
    const doubling = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/a', path: `/a/${index}` }));
    expect(problem({ a: { x: 'x'.repeat(1000) } }, doubling).message).toContain('Unable to complete the copy');
  });

  it('does not reach prototypes', () => {
    expect(problem({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]).code).toBe(422);
    const patched = jsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: 1 } }]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
  });
});
