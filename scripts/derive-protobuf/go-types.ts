/**
 * Reads the run-time type descriptors that every Go program carries for its own reflection (internal/abi/type.go):
 * structs with their fields and tags, and what they are made of.
 */
import type { GoBinary } from './go-binary.ts';

/** Reflection's kinds, as far as types of an API use them. */
export type GoKind =
  | 'bool'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'float32'
  | 'float64'
  | 'string'
  | 'map'
  | 'pointer'
  | 'slice'
  | 'struct'
  | 'other';

export interface GoType {
  kind: GoKind;
  /** As source code spells it, with the last element of the package's path: `v1.ConfigMap`, `map[string]string`. */
  text: string;
  /** Import path of a defined type's package; '' for types without a name and predeclared ones. */
  packagePath: string;
  /** Names of the exported methods that values of a defined type have. */
  methods(): string[];
  /** Of a map, pointer or slice. */
  element(): GoType;
  /** Of a map. */
  key(): GoType;
  /** Of a struct, in the order of the source. */
  fields(): GoField[];
}

export interface GoField {
  name: string;
  embedded: boolean;
  type: GoType;
  /** The value of a key in the tag: `json`, `protobuf`; undefined when it has none. */
  tag(key: string): string | undefined;
}

/** Releases whose layout this file knows: Go 1.24 changed maps, Go 1.26 flags. */
const KNOWN_RELEASES = /^go1\.2[45](\D|$)/;

/** Sizes in bytes, offsets in the descriptor of any type (abi.Type). */
const TYPE_SIZE = 48;
const FLAGS = 20;
const KIND = 23;
const TEXT = 40;
const HAS_UNCOMMON = 1;
const EXTRA_STAR = 2;
const KIND_MASK = 0x1f;
/** Offsets behind it: a pointer's element; a map's key and element; a struct's package, fields, their number. */
const ELEMENT = TYPE_SIZE;
const MAP_ELEMENT = TYPE_SIZE + 8;
const FIELDS = TYPE_SIZE + 8;
const FIELD_COUNT = TYPE_SIZE + 16;
const FIELD_SIZE = 24;
const METHOD_SIZE = 16;

const KINDS: Readonly<Record<number, GoKind>> = {
  1: 'bool',
  5: 'int32',
  6: 'int64',
  8: 'uint8',
  13: 'float32',
  14: 'float64',
  21: 'map',
  22: 'pointer',
  23: 'slice',
  24: 'string',
  25: 'struct',
};
/** What each kind's descriptor takes before the part that only defined types have (abi.UncommonType). */
const DESCRIPTOR_SIZES: Partial<Record<GoKind, number>> = {
  map: TYPE_SIZE + 56,
  pointer: TYPE_SIZE + 8,
  slice: TYPE_SIZE + 8,
  struct: TYPE_SIZE + 32,
};

/**
 * The defined struct types of a program that it also has pointers to (which is so for all that have methods), by
 * `<import path>.<name>`. Throws when the program comes from a Go release whose layout is not known here.
 */
export function readStructs(binary: GoBinary): Map<string, GoType> {
  if (!KNOWN_RELEASES.test(binary.goVersion)) {
    throw new Error(`the layout of types of ${binary.goVersion} is not known; known are Go 1.24 and 1.25`);
  }
  const base = binary.section('.rodata').address;
  const links = binary.section('.typelink');
  const offsets = binary.at(links.address, links.size);
  const structs = new Map<string, GoType>();
  let previous = '';
  for (let at = 0; at < links.size; at += 4) {
    const linked = typeAt(binary, base, base + offsets.getInt32(at, true));
    // The linker sorts them; anything else means that this is read wrongly.
    if (linked.text < previous) throw new Error(`the program's types are not where they are looked for`);
    previous = linked.text;
    if (linked.kind !== 'pointer') continue;
    const type = linked.element();
    if (type.kind === 'struct' && type.packagePath !== '') structs.set(nameOf(type), type);
  }
  return structs;
}

/** `k8s.io/api/core/v1.ConfigMap` for a defined type. */
export function nameOf(type: GoType): string {
  return `${type.packagePath}${type.text.slice(type.text.indexOf('.'))}`;
}

function typeAt(binary: GoBinary, base: number, address: number): GoType {
  const header = binary.at(address, TYPE_SIZE);
  const flags = header.getUint8(FLAGS);
  const kind = KINDS[header.getUint8(KIND) & KIND_MASK] ?? 'other';
  const text = nameAt(binary, base + header.getInt32(TEXT, true)).text;
  const uncommon = (flags & HAS_UNCOMMON) === 0 ? undefined : address + (DESCRIPTOR_SIZES[kind] ?? TYPE_SIZE);
  const follow = (offset: number) => typeAt(binary, base, pointerAt(binary, address + offset));
  return {
    kind,
    text: (flags & EXTRA_STAR) === 0 ? text : text.slice(1),
    get packagePath() {
      if (uncommon === undefined || kind === 'other') return '';
      const offset = binary.at(uncommon, 4).getInt32(0, true);
      return offset === 0 ? '' : nameAt(binary, base + offset).text;
    },
    methods() {
      if (uncommon === undefined || kind === 'other') return [];
      const view = binary.at(uncommon, 16);
      const first = uncommon + view.getUint32(8, true);
      return Array.from({ length: view.getUint16(6, true) }, (_, index) => {
        const name = binary.at(first + index * METHOD_SIZE, 4).getInt32(0, true);
        return nameAt(binary, base + name).text;
      });
    },
    element: () => follow(kind === 'map' ? MAP_ELEMENT : ELEMENT),
    key: () => follow(ELEMENT),
    fields() {
      const first = pointerAt(binary, address + FIELDS);
      const count = pointerAt(binary, address + FIELD_COUNT);
      return Array.from({ length: count }, (_, index) => fieldAt(binary, base, first + index * FIELD_SIZE));
    },
  };
}

function fieldAt(binary: GoBinary, base: number, address: number): GoField {
  const { text: name, tag, embedded } = nameAt(binary, pointerAt(binary, address));
  return {
    name,
    embedded,
    type: typeAt(binary, base, pointerAt(binary, address + 8)),
    tag: (key) => new RegExp(`(?:^| )${key}:"([^"]*)"`).exec(tag)?.[1],
  };
}

/** A name (abi.Name): a byte of flags, a length and the text; a tag the same way. */
function nameAt(binary: GoBinary, address: number): { text: string; tag: string; embedded: boolean } {
  const flags = binary.at(address, 1).getUint8(0);
  const text = textAt(binary, address + 1);
  const tag = (flags & 2) === 0 ? '' : textAt(binary, text.end).text;
  return { text: text.text, tag, embedded: (flags & 8) !== 0 };
}

function textAt(binary: GoBinary, address: number): { text: string; end: number } {
  let at = address;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = binary.at(at, 1).getUint8(0);
    at += 1;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const view = binary.at(at, length);
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, length));
  return { text, end: at + length };
}

function pointerAt(binary: GoBinary, address: number): number {
  return Number(binary.at(address, 8).getBigUint64(0, true));
}
