/**
 * Finds keys that occur twice in one object of a JSON text, which JSON.parse does not tell. One pass over a text that is
 * known to be valid; strings are skipped with indexOf, and only keys are cut out (see decode.ts for what it costs).
 */
import { clip, MAX_SHOWN } from '../clip.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Upstream reports no more than this. */
const MAX_REPORTED = 100;

/** One object or array that is open. */
interface Level {
  /** Undefined in an array. */
  keys: Set<string> | undefined;
  /** Those of the keys that were reported. */
  reported?: Set<string>;
  /** The key or index that is being read. */
  step: string | number;
}

export class TooDeepError extends Error {}

/** The index after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (text.charCodeAt(end - 1) === BACKSLASH && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function pathOf(levels: readonly Level[]): string {
  let path = '';
  for (const { step } of levels) {
    if (path.length > MAX_SHOWN) break;
    if (typeof step === 'number') path += `[${step}]`;
    else path += path === '' ? step : `.${step}`;
  }
  return clip(path);
}

/**
 * Whether the text opens more than `maxDepth` objects and arrays inside each other; it need not be JSON. A look that is
 * cheaper than JSON.parse, which takes memory for each level of whatever depth.
 */
export function nestsDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (at < 0) return false;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth -= 1;
  }
  return false;
}

/** `duplicate field "spec.replicas"`, each once, in document order. Throws TooDeepError beyond `maxDepth` levels. */
export function findDuplicates(text: string, maxDepth: number): string[] {
  const duplicates = new Set<string>();
  const levels: Level[] = [];
  let level: Level | undefined;
  let reports = 0;
  let atKey = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (atKey && level?.keys !== undefined) {
          const raw = text.slice(at + 1, end - 1);
          const key = raw.includes('\\') ? (JSON.parse(text.slice(at, end)) as string) : raw;
          level.step = key;
          if (!level.keys.has(key)) level.keys.add(key);
          else if (reports < MAX_REPORTED && level.reported?.has(key) !== true) {
            level.reported ??= new Set();
            level.reported.add(key);
            reports += 1;
            duplicates.add(`duplicate field ${JSON.stringify(pathOf(levels))}`);
          }
        }
        at = end - 1;
        break;
      }
      case COLON:
        atKey = false;
        break;
      case COMMA:
        if (level?.keys !== undefined) atKey = true;
        else if (level !== undefined) level.step = (level.step as number) + 1;
        break;
      case OPEN_OBJECT:
        level = { keys: new Set(), step: '' };
        levels.push(level);
        atKey = true;
        break;
      case OPEN_ARRAY:
        level = { keys: undefined, step: 0 };
        levels.push(level);
        atKey = false;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        levels.pop();
        level = levels.at(-1);
        atKey = false;
        break;
    }
    if (levels.length > maxDepth) throw new TooDeepError('exceeded max depth');
  }
  return [...duplicates];
}
