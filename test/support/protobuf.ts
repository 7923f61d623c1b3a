/** Protobuf as Go's encoder writes it, byte by byte: nothing of what the product reads it with. */
import type { ProtobufDescriptors, ProtobufField } from '../../src/meta/protobuf/descriptors.ts';

export type Bytes = readonly number[];

/** Booleans and integers as varints, texts and bytes with their length. */
export type WireValue = string | number | bigint | boolean | Bytes;

const utf8 = new TextEncoder();

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

export function field(number: number, value: WireValue): number[] {
  if (typeof value === 'boolean') return field(number, value ? 1 : 0);
  if (typeof value === 'number' || typeof value === 'bigint') return [...varint(number << 3), ...varint(value)];
  const bytes = typeof value === 'string' ? [...utf8.encode(value)] : value;
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

/** What a client sends: "k8s\0" and a runtime.Unknown. */
export function envelope(apiVersion: string, kind: string, raw: Bytes): Uint8Array {
  const type = [...field(1, apiVersion), ...field(2, kind)];
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...field(1, type), ...field(2, raw), ...field(3, ''), ...field(4, '')]);
}

/** The message `name` of an object's JSON form. */
export function encodeMessage(object: unknown, name: string, descriptors: ProtobufDescriptors): number[] {
  const message = descriptors.messages[name]!;
  if (message.form !== undefined) return encodeForm(object, message.form);
  return Object.entries(message.fields).flatMap(([number, described]) => {
    const value = described.name === '' ? object : (object as Record<string, unknown>)[described.name];
    return value === undefined ? [] : encodeField(Number(number), described, value, descriptors);
  });
}

function encodeField(number: number, described: ProtobufField, value: unknown, descriptors: ProtobufDescriptors) {
  const one = (at: number, each: unknown) =>
    described.message === undefined
      ? encodeScalar(at, described, each)
      : field(at, encodeMessage(each, described.message, descriptors));
  if (described.repeated === 'list') return (value as unknown[]).flatMap((each) => one(number, each));
  if (described.repeated === 'map') {
    return Object.entries(value as object).flatMap(([key, each]) => field(number, [...field(1, key), ...one(2, each)]));
  }
  return one(number, value);
}

function encodeScalar(number: number, { scalar }: ProtobufField, value: unknown): number[] {
  if (scalar === 'bytes')
    return field(
      number,
      [...atob(value as string)].map((each) => each.charCodeAt(0)),
    );
  if (scalar === 'double') {
    const bytes = new Uint8Array(new Float64Array([value as number]).buffer);
    return [...varint((number << 3) | 1), ...bytes];
  }
  return field(number, value as WireValue);
}

function encodeForm(value: unknown, form: string): number[] {
  switch (form) {
    case 'time':
    case 'micro-time': {
      const micros = /\.(\d+)Z$/.exec(value as string)?.[1] ?? '0';
      const seconds = Math.floor(Date.parse(value as string) / 1000);
      return [...field(1, seconds), ...field(2, Number(micros) * 1000)];
    }
    case 'quantity':
      return field(1, value as string);
    case 'int-or-string':
      return typeof value === 'number'
        ? [...field(1, 0), ...field(2, value), ...field(3, '')]
        : [...field(1, 1), ...field(2, 0), ...field(3, value as string)];
    case 'json':
      return field(1, JSON.stringify(value));
    default:
      return (value as string[]).flatMap((each) => field(1, each));
  }
}
