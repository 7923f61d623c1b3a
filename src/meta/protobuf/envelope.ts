/** The frame around every object in protobuf: four bytes, and the message runtime.Unknown. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { StatusError } from '../status-error.ts';

export interface Envelope {
  apiVersion: string;
  kind: string;
  /** The object's own message. */
  raw: Uint8Array;
}

/** "k8s" and a zero byte. */
const PREFIX = [0x6b, 0x38, 0x73, 0x00];
/** Fields of runtime.Unknown and, within it, of runtime.TypeMeta; its contentEncoding and contentType say nothing. */
const TYPE_META = 1;
const RAW = 2;
const API_VERSION = 1;
const KIND = 2;

/** Throws 400, in upstream's words, for bytes that are no envelope or do not say their kind. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  if (PREFIX.some((byte, index) => bytes[index] !== byte)) {
    throw StatusError.badRequest(
      `provided data does not appear to be a protobuf message, expected prefix [${PREFIX.join(' ')}]`,
    );
  }
  let typeMeta: Map<number, Uint8Array>;
  let raw: Uint8Array | undefined;
  try {
    const unknown = byteFields(bytes.subarray(PREFIX.length));
    raw = unknown.get(RAW);
    typeMeta = byteFields(unknown.get(TYPE_META) ?? new Uint8Array());
  } catch (error) {
    throw StatusError.badRequest(
      `provided data does not appear to be a protobuf message: ${error instanceof RangeError ? 'unexpected EOF' : (error as Error).message}`,
    );
  }
  const text = new TextDecoder();
  const kind = text.decode(typeMeta.get(KIND));
  const apiVersion = text.decode(typeMeta.get(API_VERSION));
  if (kind === '') throw StatusError.badRequest("Object 'Kind' is missing in the protobuf envelope");
  if (apiVersion === '') throw StatusError.badRequest("Object 'apiVersion' is missing in the protobuf envelope");
  return { apiVersion, kind, raw: raw ?? new Uint8Array() };
}

/** The last value of each field that holds bytes. */
function byteFields(bytes: Uint8Array): Map<number, Uint8Array> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) fields.set(number, reader.bytes());
    else reader.skip(wireType, number);
  }
  return fields;
}
