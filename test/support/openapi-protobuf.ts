/** Reads OpenAPI v2 documents in protobuf back to JSON, by their descriptors. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { OpenApiMessage, OpenApiMessages } from '../../src/meta/protobuf/descriptors.ts';

type Field = OpenApiMessage['fields'][number];

export function decodeOpenApiV2(bytes: Uint8Array, messages: OpenApiMessages): unknown {
  return readMessage(new BinaryReader(bytes), 'Document', messages);
}

/** Lists of one are lists of one: what stood for itself in JSON (a schema's `type` and `items`) is the caller's to know. */
function readMessage(reader: BinaryReader, name: string, messages: OpenApiMessages): unknown {
  const { oneOf, fields } = messages[name]!;
  const object: Record<string, unknown> = {};
  let whole: unknown = Object.values(fields).some(({ name, repeated }) => name === '' && repeated === 'list')
    ? []
    : object;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields[number];
    if (field === undefined) throw new Error(`${name} has no field ${number}`);
    if (field.repeated === 'map') {
      const [key, value] = readEntry(new BinaryReader(reader.bytes()), field, messages);
      if (Object.hasOwn(object, key)) throw new Error(`${name} has ${key} twice`);
      object[key] = value;
      continue;
    }
    const value = readValue(reader, wireType, field, messages);
    if (field.repeated === 'list') {
      if (field.name === '') (whole as unknown[]).push(value);
      else object[field.name] = [...((object[field.name] ?? []) as unknown[]), value];
    } else if (oneOf === true || field.name === '') whole = value;
    else object[field.name] = value;
  }
  return whole;
}

function readEntry(reader: BinaryReader, field: Field, messages: OpenApiMessages): [string, unknown] {
  expectTag(reader, 1);
  const key = reader.string();
  const wireType = expectTag(reader, 2);
  return [key, readValue(reader, wireType, field, messages)];
}

function expectTag(reader: BinaryReader, expected: number): WireType {
  const [number, wireType] = reader.tag();
  if (number !== expected) throw new Error(`an entry has field ${number} in place of ${expected}`);
  return wireType;
}

const WIRE_TYPES: Partial<Record<string, WireType>> = {
  bool: WireType.Varint,
  int64: WireType.Varint,
  double: WireType.Bit64,
};

function readValue(reader: BinaryReader, wireType: WireType, field: Field, messages: OpenApiMessages): unknown {
  const { scalar, message } = field;
  const expected = WIRE_TYPES[scalar ?? ''] ?? WireType.LengthDelimited;
  if (wireType !== expected) throw new Error(`${field.name} has wire type ${wireType}`);
  switch (scalar) {
    case 'bool':
      return reader.bool();
    case 'int64':
      return Number(reader.int64());
    case 'double':
      return reader.double();
    case 'string':
      return reader.string();
    case 'json':
      return JSON.parse(reader.string());
    default:
      return readMessage(new BinaryReader(reader.bytes()), message!, messages);
  }
}
