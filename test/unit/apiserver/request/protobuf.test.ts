import { expect, test } from 'vitest';
import { decodeProtobuf } from '../../../../src/apiserver/request/protobuf/decode.ts';

const utf8 = new TextEncoder();

/** Length-delimited and varint fields, as protobuf writes them. */
function field(number: number, value: string | number | readonly number[]): number[] {
  if (typeof value === 'number') return [number << 3, ...varint(value)];
  const bytes = typeof value === 'string' ? [...utf8.encode(value)] : value;
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

function envelope(apiVersion: string, kind: string, raw: readonly number[]): Uint8Array {
  const type = [...field(1, apiVersion), ...field(2, kind)];
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...field(1, type), ...field(2, raw), ...field(3, ''), ...field(4, '')]);
}

test('a Secret with its metadata; zero values that JSON leaves out are left out', () => {
  const metadata = [
    ...field(1, 's'),
    ...field(2, ''),
    ...field(3, 'ns'),
    ...field(7, 0),
    ...field(8, []),
    ...field(11, [...field(1, 'app'), ...field(2, 'web')]),
    ...field(11, [...field(1, 'empty'), ...field(2, '')]),
  ];
  const raw = [
    ...field(1, metadata),
    ...field(2, [...field(1, 'k'), ...field(2, [0, 255])]),
    ...field(3, 'Opaque'),
    ...field(5, 0),
  ];
  expect(decodeProtobuf(envelope('v1', 'Secret', raw))).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'ns', labels: { app: 'web', empty: '' } },
    data: { k: 'AP8=' },
    type: 'Opaque',
    immutable: false,
  });
});

test('DeleteOptions of any group version; a grace period of zero counts', () => {
  const raw = [...field(1, 0), ...field(2, field(1, 'uid-1')), ...field(4, 'Background'), ...field(5, 'All')];
  expect(decodeProtobuf(envelope('apps/v1', 'DeleteOptions', raw))).toEqual({
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'uid-1' },
    propagationPolicy: 'Background',
    dryRun: ['All'],
  });
});

test('times are RFC 3339, with microseconds where the type has them', () => {
  const time = [...field(1, 1_700_000_000), ...field(2, 123_456_789)];
  const raw = [...field(1, field(8, time)), ...field(2, field(4, time))];
  expect(decodeProtobuf(envelope('coordination.k8s.io/v1', 'Lease', raw))).toMatchObject({
    metadata: { creationTimestamp: '2023-11-14T22:13:20Z' },
    spec: { renewTime: '2023-11-14T22:13:20.123456Z' },
  });
});

test('extras are lists', () => {
  const raw = field(2, [...field(3, 'jane'), ...field(5, [...field(1, 'k'), ...field(2, field(1, 'v'))])]);
  expect(decodeProtobuf(envelope('authorization.k8s.io/v1', 'SubjectAccessReview', raw))).toMatchObject({
    spec: { user: 'jane', extra: { k: ['v'] } },
  });
});

test.each([
  [new Uint8Array(), /expected prefix/],
  [utf8.encode('{"kind":"Pod"}'), /expected prefix/],
  [envelope('v1', 'ConfigMap', [0x0a, 0x7f]), /not a valid protobuf message/],
  [envelope('v1', 'ConfigMap', [0x08]), /not a valid protobuf message/],
  [envelope('v1', 'ConfigMap', field(99, 'x')), /protobuf field 99 of ConfigMap is not known/],
  [envelope('apps/v1', 'Deployment', []), /Deployment of apps\/v1 is not served in protobuf/],
])('%# is refused', (bytes, message) => {
  expect(() => decodeProtobuf(bytes)).toThrow(message);
});
