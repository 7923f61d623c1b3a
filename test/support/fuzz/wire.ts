/** A body in the three formats, and bytes that are broken on the way. */
import { protobufDescriptors } from '../../../src/apis/generated/protobuf.js';
import { encodeMessage, envelope } from '../protobuf.ts';
import type { Random } from './random.ts';
import { Pairs, plainOf, Raw, type Tree, toJson } from './tree.ts';

export interface Wire {
  contentType: string;
  body: string | Uint8Array;
}

/** `definition` is the name of the body's message: `io.k8s.api.core.v1.Pod`. */
export function encodeBody(tree: Tree, definition: string, random: Random): Wire {
  const roll = random.next();
  if (roll < 0.12) {
    const bytes = protobufOf(tree, definition);
    if (bytes !== undefined) {
      const body = random.chance(0.5) ? breakBytes(bytes, random) : bytes;
      return { contentType: 'application/vnd.kubernetes.protobuf', body };
    }
  }
  if (roll < 0.3) {
    const text = random.chance(0.7) ? toYaml(tree, '') : toJson(tree);
    return { contentType: 'application/yaml', body: random.chance(0.15) ? breakYaml(text, random) : text };
  }
  const text = toJson(tree);
  return { contentType: 'application/json', body: random.chance(0.04) ? breakText(text, random) : text };
}

/** undefined where the body cannot be said in protobuf. */
function protobufOf(tree: Tree, definition: string): Uint8Array | undefined {
  if (!Object.hasOwn(protobufDescriptors.messages, definition) || !(tree instanceof Pairs)) return undefined;
  try {
    const [apiVersion, kind] = [tree.get('apiVersion'), tree.get('kind')];
    const message = encodeMessage(plainOf(tree), definition, protobufDescriptors);
    return envelope(String(apiVersion ?? ''), String(kind ?? ''), message);
  } catch {
    // Values of wrong types have no form in protobuf.
    return undefined;
  }
}

function breakBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const list = [...bytes];
  for (let times = 1 + random.int(4); times > 0; times--) {
    const at = random.chance(0.1) ? random.int(4) : random.int(Math.max(1, list.length));
    switch (random.int(6)) {
      case 0:
        list[at] = random.int(256);
        break;
      case 1:
        list[at] = (list[at] ?? 0) ^ (1 << random.int(8));
        break;
      case 2:
        list.length = at;
        break;
      case 3: // A length or number of ten bytes.
        list.splice(at, 1, ...Array(9).fill(0xff), random.pick([0x01, 0x7f, 0xff]));
        break;
      case 4: // Groups, open and never closed.
        list.splice(at, 0, ...Array(random.pick([1, 200, 20_000])).fill(random.pick([0x0b, 0x0c, 0x13])));
        break;
      default:
        list.splice(at, random.int(8), ...list.slice(at, at + random.int(64)));
    }
  }
  return Uint8Array.from(list);
}

function breakText(text: string, random: Random): string {
  const at = random.int(text.length + 1);
  const rest = text.slice(at);
  const middle = random.pick([
    '',
    '\u0000',
    '"',
    '}',
    '{',
    ',,',
    '\\u12',
    '/*',
    '\ufeff',
    'NaN',
    "'",
    '\n{}',
    '\\ud800',
  ]);
  return text.slice(0, at) + middle + (random.chance(0.3) ? '' : rest);
}

function breakYaml(text: string, random: Random): string {
  const extra = random.pick([
    '---\n',
    '...\n',
    '\n---\na: b\n',
    '<<: [1,2]\n',
    '<<: *a\n',
    'x: &a [*a]\n',
    '%YAML 1.2\n---\n',
    '? [a]\n: b\n',
    '!!binary x: y\n',
    '\tx: y\n',
    'x: |\n  a\n b\n',
    'x: !!python/object:os.system {}\n',
    'x: 0o777\ny: 0x1F\nz: 1_000\nd: 2026-01-01\nn: .nan\ni: -.inf\n',
    'a: &b {c: d}\ne: {<<: *b}\n',
    'x: [\n',
  ]);
  return random.chance(0.5) ? extra + text : random.chance(0.5) ? text + extra : breakText(text, random);
}

function toYaml(tree: Tree, indent: string): string {
  if (tree instanceof Raw) return `${tree.text}\n`;
  if (Array.isArray(tree) && tree.length > 0) {
    return `\n${tree.map((each) => `${indent}- ${inline(each)}\n`).join('')}`;
  }
  if (tree instanceof Pairs && tree.pairs.length > 0) {
    const lines = tree.pairs.map(([key, each]) => `${indent}${keyOf(key)}: ${toYaml(each, `${indent}  `)}`);
    return `${indent === '' ? '' : '\n'}${lines.join('')}`;
  }
  return `${inline(tree)}\n`;
}

/** JSON is YAML. */
function inline(tree: Tree): string {
  return typeof tree === 'string' && /^[a-z][a-z-]*$/.test(tree) ? tree : toJson(tree);
}

function keyOf(key: string): string {
  return /^[A-Za-z_]+$/.test(key) ? key : JSON.stringify(key);
}
