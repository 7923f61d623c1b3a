/** Header blocks of SPDY/3: compressed with one context for all of a direction. */
import { Unzlib } from 'fflate';
import { DICTIONARY } from './dictionary.ts';

export type Headers = ReadonlyMap<string, string>;

/** Bytes of one block, decompressed. What streams of Kubernetes say is below a hundred. */
const MAX_BLOCK = 64 << 10;

/** Returns what reads the blocks of a connection, in order. It throws for what is none, and for one too large. */
export function createHeaderReader(): (block: Uint8Array) => Headers {
  let parts: Uint8Array[] = [];
  let size = 0;
  const inflate = new Unzlib({ dictionary: DICTIONARY }, (part) => {
    size += part.length;
    if (size > MAX_BLOCK) throw new Error('headers are too large');
    parts.push(part);
  });
  return (block) => {
    inflate.push(block);
    const bytes = Buffer.concat(parts);
    parts = [];
    size = 0;
    return parseBlock(bytes);
  };
}

function parseBlock(bytes: Buffer): Headers {
  let at = 0;
  const number = () => {
    const value = bytes.readUInt32BE(at);
    at += 4;
    return value;
  };
  const text = () => {
    const length = number();
    if (length > bytes.length - at) throw new Error('a header is longer than its block');
    at += length;
    return bytes.toString('latin1', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left--) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

const BEGIN = Uint8Array.of(0x78, 0x01);
/** An empty stored block: a sync flush, before which Go's reader hands out nothing. */
const FLUSH = Uint8Array.of(0, 0, 0, 0xff, 0xff);

/** Returns what writes the blocks of a connection: stored as they are, in a stream that refers to no dictionary. */
export function createHeaderWriter(): (headers: Headers) => Uint8Array {
  let first = true;
  return (headers) => {
    const parts = [number(headers.size)];
    for (const [name, value] of headers) {
      const [key, bytes] = [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')];
      parts.push(number(key.length), key, number(bytes.length), bytes);
    }
    const block = Buffer.concat(parts);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(block.length, 1);
    stored.writeUInt16LE(~block.length & 0xffff, 3);
    const whole = Buffer.concat([...(first ? [BEGIN] : []), stored, block, FLUSH]);
    first = false;
    return whole;
  };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
