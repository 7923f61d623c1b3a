/**
 * JSON whose integers keep all their digits. Integers that a number holds exactly are numbers; others of 64 bits, which a
 * number would round, are bigints, and written again as they came. Texts that need none of this are found by one search
 * and left to JSON.parse.
 */

/**
 * What may be a number that JavaScript rounds or that Go takes for something else: sixteen digits, a fraction, an exponent
 * (no integer to Go, even when its value is one). Numbers begin behind a key's colon, a bracket or a comma, and so do some
 * texts in quotes: images.
 */
const CANDIDATE = /[:[,]\s{0,64}-?\d(?:\d{15}|\d{0,14}[.eE])/g;
/** With more of them, reading it the long way costs less than looking at each. */
const MAX_CANDIDATES = 100;

/** Of a pod of 1.2 kB this takes about 1 µs, JSON.parse 6 µs. May say so of a text that has none. */
function hasUnusualNumber(text: string): boolean {
  CANDIDATE.lastIndex = 0;
  for (let seen = 0; seen < MAX_CANDIDATES; seen += 1) {
    const found = CANDIDATE.exec(text);
    if (found === null) return false;
    if (text[found.index] !== ':') return true;
    let before = found.index - 1;
    while (' \t\r\n'.includes(text[before] ?? '"')) before -= 1;
    if (text[before] === '"') return true;
  }
  return true;
}

const SURROGATE = /\\u[dD][89a-fA-F]/;
const INTEGER = /^-?\d+$/;
/** Characters of -9223372036854775808. */
const INT64_LENGTH = 20;
const INT64_LIMIT = 2n ** 63n;

/** How numbers were spelled that Go would not take for integers, by the object or list around them. */
const spellings = new WeakMap<object, Map<string, string>>();
let spelled = false;

/** The text of a number at `key` of `holder` that is no integer of 64 bits as it was sent: `1.0`, `1e3`, `1` and 20 zeros. */
export function spellingOf(holder: object, key: string | number): string | undefined {
  return spelled ? spellings.get(holder)?.get(String(key)) : undefined;
}

function revive(this: object, key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'number' || source === undefined) return value;
  if (INTEGER.test(source)) {
    if (Number.isSafeInteger(value)) return value;
    const exact = source.length <= INT64_LENGTH ? BigInt(source) : INT64_LIMIT;
    if (exact >= -INT64_LIMIT && exact < INT64_LIMIT) return exact;
  }
  const held = spellings.get(this) ?? new Map<string, string>();
  spellings.set(this, held.set(key, source));
  spelled = true;
  return value;
}

/** As JSON.parse, with bigints for integers that a number would round, and U+FFFD for half a surrogate pair, as Go. */
export function parseJson(text: string): unknown {
  return SURROGATE.test(text) ? JSON.parse(text, revive as Reviver) : parseOwnJson(text);
}

/** As parseJson, for what was written here, in which no half of a pair is left. */
export function parseOwnJson(text: string): unknown {
  return hasUnusualNumber(text) ? JSON.parse(text, revive as Reviver) : JSON.parse(text);
}

type Reviver = (key: string, value: unknown) => unknown;

/** An integer of 64 bits as objects hold it. */
export function fromInt64(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Whether a value that came in JSON or YAML is an integer. */
export function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

// JSON.stringify refuses bigints unless they say how they are written. Every module that reads objects comes through here.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint) {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(this));
  },
  configurable: true,
  writable: true,
});
