/**
 * YAML texts to JSON values, as upstream's decoder (sigs.k8s.io/yaml) reads them: the first document, by the rules of
 * YAML 1.1, without times and sexagesimal numbers. Values are made from the parser's events here, so that duplicates,
 * aliases and merges are told and bounded.
 */
import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { clip } from '../clip.ts';
import { cloneJson } from '../clone.ts';
import { resolveScalar } from './yaml-scalars.ts';

/** A text that cannot become JSON; the message is without `yaml:`. */
export class YamlError extends Error {}

export interface Parsed {
  value: unknown;
  /** `line 4: key "c" already set in map`, in document order, at most a hundred. */
  duplicates: string[];
}

/** Values that aliases may add: far more than honest documents have, far less than bombs. */
const MAX_ALIASED = 10_000;
/** Upstream reports no more of what strict decoding refuses. */
const MAX_REPORTED = 100;

type Json = Record<string, unknown>;

/** What an anchor names. */
interface Anchored {
  value: unknown;
  /** Values in it, itself included. */
  size: number;
  /** Levels of objects and lists in it. */
  depth: number;
}

/** One object or list that is open. */
interface Level {
  container: Json | unknown[];
  anchor: string | undefined;
  /** Values made before this one. */
  before: number;
  /** The deepest level inside, counted from the root. */
  deepest: number;
  /** Only of objects: the keys that were set explicitly, and what is known of the pair that is read. */
  keys: Set<string>;
  key: string | undefined;
  merges: boolean;
}

class Builder {
  readonly duplicates: string[] = [];
  private readonly source: string;
  private readonly maxDepth: number;
  private readonly levels: Level[] = [];
  /** Undefined values are of anchors whose value is still open. */
  private readonly anchors = new Map<string, Anchored | undefined>();
  private root: unknown = null;
  private made = 0;
  private aliased = 0;
  private line = 1;
  private lineAt = 0;

  constructor(source: string, maxDepth: number) {
    this.source = source;
    this.maxDepth = maxDepth;
  }

  build(events: readonly Event[]): unknown {
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          break;
        case EVENT_ID.MAPPING:
          this.open({}, event);
          break;
        case EVENT_ID.SEQUENCE:
          this.open([], event);
          break;
        case EVENT_ID.SCALAR: {
          const plain = event.style === SCALAR_STYLE.PLAIN;
          const value = resolveScalar(
            getScalarValue(this.source, event),
            this.text(event.tagStart, event.tagEnd),
            plain,
          );
          const at = event.valueStart;
          if (!this.startsPair(value, at, plain)) this.put(value, at);
          const anchor = this.text(event.anchorStart, event.anchorEnd);
          if (anchor !== '') this.anchors.set(anchor, { value, size: 1, depth: 0 });
          break;
        }
        case EVENT_ID.ALIAS:
          this.alias(this.text(event.anchorStart, event.anchorEnd), event.anchorStart);
          break;
        case EVENT_ID.POP: {
          // The last one closes the document.
          if (this.levels.length === 0) return this.root;
          this.close();
        }
      }
    }
    return this.root;
  }

  private text(start: number, end: number): string {
    return start < 0 ? '' : this.source.slice(start, end);
  }

  private open(container: Json | unknown[], event: { start: number; anchorStart: number; anchorEnd: number }): void {
    const parent = this.levels.at(-1);
    if (parent !== undefined && !Array.isArray(parent.container) && parent.key === undefined && !parent.merges) {
      throw this.fault('invalid map key', event.start);
    }
    const before = this.made;
    // What `<<` names is not put anywhere itself.
    if (parent?.merges !== true) this.put(container, event.start);
    const anchor = this.text(event.anchorStart, event.anchorEnd);
    if (anchor !== '') this.anchors.set(anchor, undefined);
    this.levels.push({
      container,
      anchor: anchor === '' ? undefined : anchor,
      before,
      deepest: this.levels.length + 1,
      keys: new Set(),
      key: undefined,
      merges: false,
    });
  }

  private close(): void {
    const level = this.levels.pop()!;
    const parent = this.levels.at(-1);
    if (parent !== undefined) parent.deepest = Math.max(parent.deepest, level.deepest);
    const size = this.made - level.before;
    const depth = level.deepest - this.levels.length;
    if (level.anchor !== undefined) this.anchors.set(level.anchor, { value: level.container, size, depth });
    if (parent?.merges === true) {
      parent.merges = false;
      this.merge(parent, level.container, size);
    }
  }

  /** Whether the scalar is a key; of an object each second value is one. */
  private startsPair(value: unknown, at: number, plain: boolean): boolean {
    const level = this.levels.at(-1);
    if (level === undefined || Array.isArray(level.container) || level.key !== undefined) return false;
    if (level.merges) throw this.fault('map merge requires map or sequence of maps as the value', at);
    if (plain && value === '<<') level.merges = true;
    else level.key = this.keyText(value, at);
    return true;
  }

  private keyText(value: unknown, at: number): string {
    if (typeof value === 'string') return value;
    if (value === null || typeof value === 'object') throw this.fault('unsupported map key of type: <nil>', at);
    return String(value);
  }

  /** Puts a value where the text is: at the root, into a list, or under the key that was read. */
  private put(value: unknown, at: number): void {
    this.made += 1;
    const level = this.levels.at(-1);
    if (level === undefined) this.root = value;
    else if (Array.isArray(level.container)) level.container.push(value);
    else {
      const key = level.key!;
      level.key = undefined;
      if (!level.keys.has(key)) level.keys.add(key);
      else if (this.duplicates.length < MAX_REPORTED) {
        this.duplicates.push(`line ${this.lineOf(at)}: key ${JSON.stringify(clip(key))} already set in map`);
      }
      set(level.container, key, value);
    }
  }

  private alias(name: string, at: number): void {
    const known = this.anchors.get(name);
    if (known === undefined) {
      const why = this.anchors.has(name)
        ? `anchor '${clip(name)}' value contains itself`
        : `unknown anchor '${clip(name)}' referenced`;
      throw this.fault(why, at);
    }
    const level = this.levels.at(-1);
    if (level?.merges === true) {
      level.merges = false;
      this.merge(level, known.value, known.size);
      return;
    }
    this.count(known.size);
    const deepest = this.levels.length + known.depth;
    if (deepest > this.maxDepth) throw new YamlError('exceeded max depth');
    if (level !== undefined) level.deepest = Math.max(level.deepest, deepest);
    if (typeof known.value !== 'object' || known.value === null) {
      if (!this.startsPair(known.value, at, false)) this.put(known.value, at);
      return;
    }
    if (level !== undefined && !Array.isArray(level.container) && level.key === undefined) {
      throw this.fault('invalid map key', at);
    }
    // A copy, as values are changed in place later.
    this.put(cloneJson(known.value), at);
    this.made += known.size - 1;
  }

  /** Keys that an object has itself, before or behind `<<`, stay; of several maps the first that has a key counts. */
  private merge(level: Level, value: unknown, size: number): void {
    this.count(size);
    const object = level.container as Json;
    for (const map of Array.isArray(value) ? value : [value]) {
      if (typeof map !== 'object' || map === null || Array.isArray(map)) {
        throw new YamlError('map merge requires map or sequence of maps as the value');
      }
      for (const key of Object.keys(map)) {
        if (!Object.hasOwn(object, key)) set(object, key, cloneJson((map as Json)[key]));
      }
    }
    this.made += size;
  }

  private count(size: number): void {
    this.aliased += size;
    if (this.aliased > MAX_ALIASED) throw new YamlError('document contains excessive aliasing');
  }

  private fault(why: string, at: number): YamlError {
    return new YamlError(`line ${this.lineOf(at)}: ${why}`);
  }

  /** Positions come in the order of the text, so that all are found in one pass. */
  private lineOf(at: number): number {
    for (; this.lineAt < at; this.lineAt += 1) if (this.source.charCodeAt(this.lineAt) === NEWLINE) this.line += 1;
    return this.line;
  }
}

const NEWLINE = 0x0a;

/** Assignment would call the setter of `__proto__` instead. */
function set(object: Json, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A line that ends a document, wherever it stands: no content may look like one. */
const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
/** Nothing, comments, directives: what may stand before the first document's own marker. */
const PREAMBLE = /^(?:[ \t\r]*(?:#.*)?|%.*)$/;

/** The text up to the end of its first document. */
function firstDocument(text: string): string {
  for (const { index } of text.matchAll(MARKER)) {
    const before = text.slice(0, index).split('\n');
    before.pop();
    const opens = text.startsWith('---', index) && before.every((line) => PREAMBLE.test(line));
    if (!opens) return text.slice(0, index);
    // Only the first marker can open the document.
    const next = text.slice(index + 3).search(/^(?:---|\.\.\.)(?=[ \t\r\n]|$)/m);
    return next < 0 ? text : text.slice(0, index + 3 + next);
  }
  return text;
}

/** Throws YamlError. `maxDepth` in levels of objects and lists. An empty text is null. */
export function parseYaml(text: string, maxDepth: number): Parsed {
  const source = firstDocument(text);
  try {
    const builder = new Builder(source, maxDepth);
    const value = builder.build(parseEvents(source, { maxDepth }));
    return { value, duplicates: builder.duplicates };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.startsWith('nesting exceeded')) throw new YamlError('exceeded max depth');
    throw new YamlError(`line ${(error.mark?.line ?? 0) + 1}: ${error.reason}`);
  }
}
