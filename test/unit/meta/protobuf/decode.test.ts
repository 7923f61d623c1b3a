import { describe, expect, test } from 'vitest';
import { protobufDescriptors } from '../../../../src/apis/generated/protobuf.js';
import { decodeProtobuf } from '../../../../src/meta/protobuf/decode.ts';
import type { ProtobufDescriptors, ProtobufField } from '../../../../src/meta/protobuf/descriptors.ts';
import { type Bytes, envelope, field, varint } from '../../../support/protobuf.ts';

/** One message with a field of every sort, apart from what upstream happens to have. */
const descriptors: ProtobufDescriptors = {
  kinds: { 'test/v1/Thing': 'Thing' },
  messages: {
    Thing: {
      fields: {
        1: { name: 'text', scalar: 'string', omitZero: true },
        2: { name: 'required', scalar: 'string' },
        3: { name: 'small', scalar: 'int32' },
        4: { name: 'large', scalar: 'int64', omitZero: true },
        5: { name: 'ratio', scalar: 'double' },
        6: { name: 'flag', scalar: 'bool', omitZero: true },
        7: { name: 'data', scalar: 'bytes' },
        8: { name: 'numbers', repeated: 'list', scalar: 'int64' },
        9: { name: 'labels', repeated: 'map', scalar: 'string' },
        10: { name: 'limits', repeated: 'map', message: 'Quantity' },
        11: { name: 'child', message: 'Child' },
        12: { name: '', message: 'Child' },
        13: { name: 'children', repeated: 'list', message: 'Child' },
        14: { name: 'since', message: 'Time', omitZero: true },
        15: { name: 'until', message: 'Time' },
        16: { name: 'renewed', message: 'MicroTime' },
        17: { name: 'port', message: 'IntOrString' },
        18: { name: 'raw', message: 'Raw' },
        19: { name: 'extra', repeated: 'map', message: 'Items' },
        20: { name: 'nested', message: 'Thing' },
        21: { name: 'binary', repeated: 'map', scalar: 'bytes' },
      },
    },
    Child: { fields: { 1: { name: 'name', scalar: 'string' }, 2: { name: 'age', scalar: 'int32' } } },
    Quantity: { form: 'quantity', fields: { 1: { name: 'string', scalar: 'string' } } },
    Time: { form: 'time', fields: timestamp() },
    MicroTime: { form: 'micro-time', fields: timestamp() },
    IntOrString: {
      form: 'int-or-string',
      fields: {
        1: { name: 'Type', scalar: 'int64' },
        2: { name: 'IntVal', scalar: 'int32' },
        3: { name: 'StrVal', scalar: 'string' },
      },
    },
    Raw: { form: 'json', fields: { 1: { name: 'Raw', scalar: 'json' } } },
    Items: { form: 'items', fields: { 1: { name: 'items', repeated: 'list', scalar: 'string' } } },
  },
};

function timestamp(): Record<number, ProtobufField> {
  return { 1: { name: 'seconds', scalar: 'int64' }, 2: { name: 'nanos', scalar: 'int32' } };
}

function decode(...raw: Bytes): Record<string, unknown> {
  const { apiVersion, kind, ...fields } = decodeProtobuf(envelope('test/v1', 'Thing', raw), descriptors);
  expect({ apiVersion, kind }).toEqual({ apiVersion: 'test/v1', kind: 'Thing' });
  return fields;
}

describe('scalars', () => {
  test('texts, numbers of either sign, fractions, flags and bytes', () => {
    const half = [...varint((5 << 3) | 1), ...new Uint8Array(new Float64Array([-0.5]).buffer)];
    expect(
      decode(
        ...field(1, 'grüße'),
        ...field(3, -7),
        ...field(4, 2 ** 53 - 1),
        ...half,
        ...field(6, true),
        ...field(7, [0, 255]),
      ),
    ).toEqual({ text: 'grüße', small: -7, large: 2 ** 53 - 1, ratio: -0.5, flag: true, data: 'AP8=' });
    expect(decode(...field(4, -(2 ** 40)))).toEqual({ large: -(2 ** 40) });
  });

  test('zero values are left out where JSON leaves them out, and kept elsewhere', () => {
    expect(decode(...field(1, ''), ...field(2, ''), ...field(3, 0), ...field(4, 0), ...field(6, false))).toEqual({
      required: '',
      small: 0,
    });
  });

  test('of a field that comes twice the last counts', () => {
    expect(decode(...field(1, 'a'), ...field(2, 'x'), ...field(1, 'b'))).toEqual({ text: 'b', required: 'x' });
    expect(decode(...field(1, 'a'), ...field(1, ''))).toEqual({});
  });

  test('a byte-order mark is text', () => {
    expect(decode(...field(2, '\ufeffx'))).toEqual({ required: '\ufeffx' });
  });
});

describe('lists and maps', () => {
  test('numbers come one by one or packed', () => {
    expect(decode(...field(8, 1), ...field(8, 300))).toEqual({ numbers: [1, 300] });
    expect(decode(...field(8, [...varint(1), ...varint(-1)]), ...field(8, 2))).toEqual({ numbers: [1, -1, 2] });
  });

  test('maps have entries of a key and a value, either of which may be missing', () => {
    const entry = (key: string, value: string) => field(9, [...field(1, key), ...field(2, value)]);
    expect(decode(...entry('a', '1'), ...entry('b', ''), ...field(9, field(1, 'c')), ...field(9, []))).toEqual({
      labels: { a: '1', b: '', c: '', '': '' },
    });
    expect(decode(...field(21, [...field(1, 'k'), ...field(2, [1])]), ...field(21, field(1, 'e')))).toEqual({
      binary: { k: 'AQ==', e: '' },
    });
  });

  test('a key named __proto__ is a key', () => {
    const { labels } = decode(...field(9, [...field(1, '__proto__'), ...field(2, 'x')]));
    expect(Object.entries(labels as object)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
  });

  test('wrapped lists are lists', () => {
    const extra = (key: string, items: Bytes) => field(19, [...field(1, key), ...field(2, items)]);
    expect(decode(...extra('k', [...field(1, 'a'), ...field(1, 'b')]), ...extra('none', []))).toEqual({
      extra: { k: ['a', 'b'], none: [] },
    });
  });
});

describe('messages', () => {
  test('nest, repeat, and give their fields to the object around them', () => {
    expect(
      decode(
        ...field(11, [...field(1, 'c'), ...field(2, 3)]),
        ...field(12, field(1, 'inline')),
        ...field(13, field(2, 1)),
        ...field(13, []),
      ),
    ).toEqual({ child: { name: 'c', age: 3 }, name: 'inline', children: [{ age: 1 }, {}] });
  });

  test('that come in parts are put together', () => {
    expect(decode(...field(11, field(1, 'c')), ...field(11, field(2, 3)))).toEqual({ child: { name: 'c', age: 3 } });
  });

  test('may have fields that are not known', () => {
    const fixed32 = [...varint((99 << 3) | 5), 1, 2, 3, 4];
    expect(decode(...field(98, 'x'), ...fixed32, ...field(97, 1), ...field(2, 'kept'))).toEqual({ required: 'kept' });
  });
});

describe('forms of their own', () => {
  const at = (seconds: number, nanos: number) => [...field(1, seconds), ...field(2, nanos)];

  test('times are RFC 3339 in whole seconds, or with microseconds', () => {
    expect(decode(...field(15, at(1_700_000_000, 987_654_321)), ...field(16, at(1_700_000_000, 123_456_789)))).toEqual({
      until: '2023-11-14T22:13:20Z',
      renewed: '2023-11-14T22:13:20.123456Z',
    });
    expect(decode(...field(15, at(0, 0)), ...field(16, at(-1, 1_500_000_000)))).toEqual({
      until: '1970-01-01T00:00:00Z',
      renewed: '1970-01-01T00:00:00.500000Z',
    });
  });

  test('the zero time is null, or left out', () => {
    expect(decode(...field(14, []), ...field(15, []))).toEqual({ until: null });
  });

  test('quantities are texts; IntOrString is either', () => {
    expect(decode(...field(10, [...field(1, 'cpu'), ...field(2, field(1, '500m'))]))).toEqual({
      limits: { cpu: '500m' },
    });
    const port = (type: number, int: number, text: string) =>
      decode(...field(17, [...field(1, type), ...field(2, int), ...field(3, text)])).port;
    expect([port(0, 8080, ''), port(0, 0, ''), port(1, 0, 'http'), port(0, -1, 'x')]).toEqual([8080, 0, 'http', -1]);
  });

  test('raw JSON is the value it says', () => {
    expect(decode(...field(18, field(1, '{"a":[1,null]}')))).toEqual({ raw: { a: [1, null] } });
    expect(decode(...field(18, []))).toEqual({ raw: null });
  });
});

describe('bodies that are refused with 400', () => {
  const thing = (...raw: Bytes) => envelope('test/v1', 'Thing', raw);
  const asThing = (problem: string) => `Thing in version "v1" cannot be handled as a Thing: ${problem}`;
  let deep: number[] = [];
  for (let level = 0; level < 1100; level++) deep = field(20, deep);

  test.each<[string, Uint8Array, string | RegExp]>([
    ['nothing', new Uint8Array(), /expected prefix \[107 56 115 0\]$/],
    ['JSON', new TextEncoder().encode('{"kind":"Thing"}'), /^provided data does not appear to be a protobuf message/],
    ['an envelope cut short', thing(...field(1, 'x')).subarray(0, 12), /unexpected EOF$/],
    ['no kind', envelope('test/v1', '', []), /Object 'Kind' is missing/],
    ['no version', envelope('', 'Thing', []), /Object 'apiVersion' is missing/],
    ['another kind', envelope('test/v1', 'Other', []), 'no kind "Other" is registered for version "test/v1"'],
    ['a text cut short', thing(0x0a, 0x7f), asThing('unexpected EOF')],
    ['a number cut short', thing(...varint(4 << 3), 0xff), /^Thing in version "v1" cannot be handled as a Thing: /],
    ['a fraction cut short', thing(...varint((5 << 3) | 1), 0), asThing('unexpected EOF')],
    ['a number without end', thing(...varint(4 << 3), ...Array<number>(11).fill(0x80), 0), /invalid varint$/],
    ['field zero', thing(0x02, 0x00), /illegal tag/],
    ['a number for a text', thing(...field(1, 5)), asThing('proto: wrong wireType = 0 for field text')],
    ['a text for a message', thing(...field(11, 5)), asThing('proto: wrong wireType = 0 for field child')],
    ['a number for a map', thing(...field(9, 5)), asThing('proto: wrong wireType = 0 for field labels')],
    ['an impossible IntOrString', thing(...field(17, field(1, 2))), asThing('impossible IntOrString.Type')],
    ['a time beyond years', thing(...field(15, field(1, 2 ** 50))), /year outside of range/],
    ['raw JSON that is none', thing(...field(18, field(1, '{'))), /unexpected end of JSON input$/],
    ['thousands of levels', thing(...deep), asThing('exceeded max depth')],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeProtobuf(bytes, descriptors)).toThrow(
      expect.objectContaining({ code: 400, message: expect.stringMatching(message) }),
    );
  });
});

test('DeleteOptions come in the group version of what is deleted; a grace period of zero counts', () => {
  const raw = [...field(1, 0), ...field(2, field(1, 'uid-1')), ...field(4, 'Background'), ...field(5, 'All')];
  expect(decodeProtobuf(envelope('apps/v1', 'DeleteOptions', raw), protobufDescriptors)).toEqual({
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'uid-1' },
    propagationPolicy: 'Background',
    dryRun: ['All'],
  });
});
