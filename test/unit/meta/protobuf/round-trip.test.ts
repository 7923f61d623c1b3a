import { expect, test } from 'vitest';
import { protobufDescriptors as descriptors } from '../../../../src/apis/generated/protobuf.js';
import { decodeProtobuf } from '../../../../src/meta/protobuf/decode.ts';
import type { ProtobufField } from '../../../../src/meta/protobuf/descriptors.ts';
import { encodeMessage, envelope } from '../../../support/protobuf.ts';

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes objects of a message: about two thirds of its fields, fewer the deeper. */
class Maker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  object(name: string, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const field of Object.values(descriptors.messages[name]!.fields)) {
      if (this.#random() < 0.3 + depth * 0.1) continue;
      if (field.name === '') Object.assign(object, this.object(field.message!, depth + 1));
      else object[field.name] = this.#value(field, depth);
    }
    return object;
  }

  #value(field: ProtobufField, depth: number): unknown {
    const one = () => (field.message === undefined ? this.#scalar(field) : this.#message(field.message, depth + 1));
    switch (field.repeated) {
      case 'list':
        return Array.from({ length: 1 + this.#below(2) }, one);
      case 'map':
        return Object.fromEntries(Array.from({ length: 1 + this.#below(2) }, () => [this.#text(), one()]));
      default:
        return one();
    }
  }

  #scalar({ scalar, omitZero }: ProtobufField): unknown {
    switch (scalar) {
      case 'bool':
        return omitZero === true || this.#random() < 0.5;
      case 'int32':
        return 1 + this.#below(2 ** 31 - 1);
      case 'int64':
        return omitZero === true ? 1 + this.#below(2 ** 52) : this.#below(2 ** 53) - 2 ** 52;
      case 'double':
        return this.#random();
      case 'bytes':
        return btoa(this.#text());
      default:
        return this.#text();
    }
  }

  #message(name: string, depth: number): unknown {
    const seconds = new Date(this.#below(4e9) * 1000).toISOString().slice(0, 19);
    switch (descriptors.messages[name]!.form) {
      case 'time':
        return `${seconds}Z`;
      case 'micro-time':
        return `${seconds}.${String(this.#below(1e6)).padStart(6, '0')}Z`;
      case 'quantity':
        return `${this.#below(1000)}Mi`;
      case 'int-or-string':
        return this.#random() < 0.5 ? this.#below(65536) : this.#text();
      case 'json':
        return { [this.#text()]: [this.#below(10), null, this.#text()] };
      case 'items':
        return Array.from({ length: this.#below(3) }, () => this.#text());
      default:
        return this.object(name, depth);
    }
  }

  #text(): string {
    return `t${this.#below(1e6).toString(36)}`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

test.each(Object.entries(descriptors.kinds))('%s is read as the JSON that it was written from', (kind, name) => {
  const slash = kind.lastIndexOf('/');
  const type = { apiVersion: kind.slice(0, slash), kind: kind.slice(slash + 1) };
  for (let seed = 1; seed <= 20; seed++) {
    const object = new Maker(seed).object(name, 0);
    const body = envelope(type.apiVersion, type.kind, encodeMessage(object, name, descriptors));
    expect(decodeProtobuf(body, descriptors)).toEqual({ ...type, ...object });
  }
});
