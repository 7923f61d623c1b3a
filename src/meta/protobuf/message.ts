/** One message on the wire, read by its descriptor. The wire format itself is @bufbuild/protobuf's. */
import { BinaryReader, base64Encode, WireType } from '@bufbuild/protobuf/wire';
import { fromInt64 } from '../json.ts';
import type { ProtobufDescriptors, ProtobufField, ProtobufMessage, ProtobufScalar } from './descriptors.ts';
import { formOf } from './forms.ts';

type JsonObject = Record<string, unknown>;

/** As for JSON: far beyond any object of Kubernetes, and far within what recursive walks can take. */
const MAX_DEPTH = 1000;

/** Throws Error, worded to follow "cannot be handled as a …: ", for bytes that are no such message. */
export function readMessage(bytes: Uint8Array, name: string, descriptors: ProtobufDescriptors): JsonObject {
  try {
    return new MessageReader(descriptors).read(bytes, name, {}, 0);
  } catch (error) {
    if (error instanceof RangeError) throw new Error('unexpected EOF', { cause: error });
    throw error;
  }
}

class MessageReader {
  readonly #descriptors: ProtobufDescriptors;

  constructor(descriptors: ProtobufDescriptors) {
    this.#descriptors = descriptors;
  }

  /** Adds the fields in `bytes` to `into`, and returns it: parts of one message may come apart. */
  read(bytes: Uint8Array, name: string, into: JsonObject, depth: number): JsonObject {
    if (depth > MAX_DEPTH) throw new Error('exceeded max depth');
    const { fields } = this.#message(name);
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      const field = fields[number];
      if (field === undefined) reader.skip(wireType, number);
      else if (field.name === '' && field.message !== undefined) {
        expectWireType(wireType, WireType.LengthDelimited, field.message);
        this.read(reader.bytes(), field.message, into, depth + 1);
      } else this.#readField(reader, wireType, field, into, depth);
    }
    return into;
  }

  #readField(reader: BinaryReader, wireType: WireType, field: ProtobufField, into: JsonObject, depth: number): void {
    const { name, repeated } = field;
    if (repeated === 'map') {
      expectWireType(wireType, WireType.LengthDelimited, name);
      into[name] ??= {};
      this.#readEntry(reader.bytes(), field, into[name] as JsonObject, depth);
    } else if (repeated === 'list') {
      into[name] ??= [];
      const list = into[name] as unknown[];
      if (wireType === WireType.LengthDelimited && field.scalar !== undefined && isPackable(field.scalar)) {
        const packed = new BinaryReader(reader.bytes());
        while (packed.pos < packed.len) list.push(readScalar(packed, field.scalar));
      } else list.push(this.#readValue(reader, wireType, field, undefined, depth));
    } else {
      const value = this.#readValue(reader, wireType, field, into[name], depth);
      if (field.omitZero === true && isZero(value)) delete into[name];
      else into[name] = value;
    }
  }

  #readEntry(bytes: Uint8Array, field: ProtobufField, map: JsonObject, depth: number): void {
    const reader = new BinaryReader(bytes);
    let key = '';
    let value: unknown;
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 1) {
        expectWireType(wireType, WireType.LengthDelimited, field.name);
        key = reader.string();
      } else if (number === 2) value = this.#readValue(reader, wireType, field, undefined, depth);
      else reader.skip(wireType, number);
    }
    value ??=
      field.message === undefined ? zeroOf(field.scalar) : this.#readNested(new Uint8Array(), field.message, {}, depth);
    // A key named __proto__ is a key like any other.
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  }

  #readValue(
    reader: BinaryReader,
    wireType: WireType,
    { name, scalar, message }: ProtobufField,
    before: unknown,
    depth: number,
  ): unknown {
    if (message === undefined) {
      expectWireType(wireType, WIRE_TYPES[scalar ?? 'string'], name);
      return readScalar(reader, scalar ?? 'string');
    }
    expectWireType(wireType, WireType.LengthDelimited, name);
    return this.#readNested(reader.bytes(), message, before, depth);
  }

  #readNested(bytes: Uint8Array, name: string, before: unknown, depth: number): unknown {
    const { form } = this.#message(name);
    if (form !== undefined) return formOf(form, this.read(bytes, name, {}, depth + 1));
    return this.read(bytes, name, (before ?? {}) as JsonObject, depth + 1);
  }

  #message(name: string): ProtobufMessage {
    const message = this.#descriptors.messages[name];
    if (message === undefined) throw new Error(`no descriptor of ${name}`);
    return message;
  }
}

const WIRE_TYPES: Readonly<Record<ProtobufScalar, WireType>> = {
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
  json: WireType.LengthDelimited,
  bool: WireType.Varint,
  int32: WireType.Varint,
  int64: WireType.Varint,
  double: WireType.Bit64,
};

function readScalar(reader: BinaryReader, scalar: ProtobufScalar): unknown {
  switch (scalar) {
    case 'string':
    case 'json':
      return reader.string();
    case 'bytes':
      return base64Encode(reader.bytes());
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      return fromInt64(BigInt(reader.int64()));
    case 'double':
      return reader.double();
  }
}

/** Lists of numbers may come as one run of bytes. */
function isPackable(scalar: ProtobufScalar): boolean {
  return WIRE_TYPES[scalar] !== WireType.LengthDelimited;
}

function zeroOf(scalar: ProtobufScalar | undefined): unknown {
  if (scalar === undefined || !isPackable(scalar)) return '';
  return scalar === 'bool' ? false : 0;
}

/** null is the zero time. */
function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false || value === null;
}

function expectWireType(actual: WireType, expected: WireType, field: string): void {
  if (actual !== expected) throw new Error(`proto: wrong wireType = ${actual} for field ${field}`);
}
