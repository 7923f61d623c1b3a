/** Decodes `application/vnd.kubernetes.protobuf` bodies into the JSON values that the rest of the server knows. */
import { microTimestamp, timestamp } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { MESSAGES, PROTOBUF_KINDS } from './messages.ts';

const MAGIC = [0x6b, 0x38, 0x73, 0x00]; // "k8s\0"
const text = new TextDecoder();

/** The object in a `runtime.Unknown` envelope. Throws 400 for bytes that are none, 415 for a kind that is not known. */
export function decodeProtobuf(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length < MAGIC.length || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw StatusError.badRequest(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  const envelope = [...fields(bytes.subarray(MAGIC.length))];
  const bytesOf = (number: number) => envelope.find((field) => field.number === number)?.bytes ?? new Uint8Array();
  const type = [...fields(bytesOf(1))];
  const textOf = (number: number) => text.decode(type.find((field) => field.number === number)?.bytes);
  const [apiVersion, kind] = [textOf(1), textOf(2)];
  // DeleteOptions come in the group version of what is deleted.
  if (kind !== 'DeleteOptions' && !PROTOBUF_KINDS.has(`${apiVersion}/${kind}`)) {
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `${kind} of ${apiVersion} is not served in protobuf by this cluster yet - accepted media types include: application/json, application/yaml`,
    );
  }
  return { apiVersion, kind, ...message(kind, bytesOf(2)) };
}

interface Field {
  number: number;
  /** Of a varint. */
  value: bigint;
  /** Of a length-delimited field. */
  bytes: Uint8Array;
}

const EMPTY = new Uint8Array();

/** The fields of one message in the order of the wire. */
function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformed();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw malformed();
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, value: varint(), bytes: EMPTY };
        break;
      case 2: {
        const length = Number(varint());
        if (length < 0 || at + length > bytes.length) throw malformed();
        yield { number, value: 0n, bytes: bytes.subarray(at, at + length) };
        at += length;
        break;
      }
      default:
        throw malformed();
    }
  }
}

function malformed(): StatusError {
  return StatusError.badRequest('the request body is not a valid protobuf message');
}

function message(name: string, bytes: Uint8Array): Record<string, unknown> {
  const table = MESSAGES[name] ?? {};
  const object: Record<string, unknown> = {};
  for (const field of fields(bytes)) {
    const described = table[field.number];
    // Dropping what a client meant to say would be worse than refusing it.
    if (described === undefined) {
      throw StatusError.badRequest(`protobuf field ${field.number} of ${name} is not known to this cluster`);
    }
    if (described !== '-') assign(object, described, field);
  }
  return object;
}

function assign(object: Record<string, unknown>, described: string, field: Field): void {
  const [property = '', type = ''] = described.split(':');
  if (type.endsWith('[]')) {
    const list = (object[property] ?? []) as unknown[];
    list.push(scalar(type.slice(0, -2), field));
    object[property] = list;
    return;
  }
  if (type.endsWith('{}')) {
    const map = (object[property] ?? {}) as Record<string, unknown>;
    const [key, value] = entry(type.slice(0, -2), field.bytes);
    // defineProperty: a key named __proto__ is a key like any other.
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    object[property] = map;
    return;
  }
  const pointer = type.endsWith('?');
  const value = scalar(pointer ? type.slice(0, -1) : type, field);
  // Go writes zero values that its JSON leaves out.
  if (value === undefined || (!pointer && (value === '' || value === 0 || value === false))) return;
  object[property] = value;
}

function entry(type: string, bytes: Uint8Array): [string, unknown] {
  let key = '';
  let value: unknown;
  for (const field of fields(bytes)) {
    if (field.number === 1) key = text.decode(field.bytes);
    else if (field.number === 2) value = scalar(type, field);
  }
  // An extra's value is a list in JSON and a message with a list in protobuf.
  if (type === 'ExtraValue') return [key, (value as { items?: string[] } | undefined)?.items ?? []];
  return [key, value ?? ''];
}

function scalar(type: string, field: Field): unknown {
  switch (type) {
    case 'string':
      return text.decode(field.bytes);
    case 'int':
      return Number(field.value);
    case 'bool':
      return field.value !== 0n;
    case 'bytes':
      return base64(field.bytes);
    case 'Time':
    case 'MicroTime':
      return time(type, field.bytes);
    default:
      return message(type, field.bytes);
  }
}

/** undefined for Go's zero time, which is an empty message. */
function time(type: string, bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  let seconds = 0;
  let nanos = 0;
  for (const { number, value } of fields(bytes)) {
    if (number === 1) seconds = Number(value);
    else if (number === 2) nanos = Number(value);
  }
  const date = new Date(seconds * 1000 + Math.floor(nanos / 1_000_000));
  if (Number.isNaN(date.getTime())) throw malformed();
  if (type === 'Time') return timestamp(date);
  const micros = String(Math.floor(nanos / 1000)).padStart(6, '0');
  return `${microTimestamp(date).slice(0, 20)}${micros}Z`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  // In parts: arguments are limited.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
