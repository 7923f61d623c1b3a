/**
 * Regular expressions that are not ours: patterns that schemas hold. They run on an engine whose time is linear in the
 * text, RE2's (which is upstream's, too, so that the syntax is the same): `^(a+)+$` takes V8's engine years.
 */
import { LRUCache } from 'lru-cache';
import { RE2JS, RE2JSException } from 're2js';

export interface Expression {
  /** Whether the pattern occurs in the text. */
  test(text: string): boolean;
}

/** Patterns that are kept compiled: each schema brings its own. */
const MAX_COMPILED = 500;

const compiled = new LRUCache<string, Expression | string>({ max: MAX_COMPILED });

/** The compiled pattern, or what is wrong with it. */
export function expression(pattern: string): Expression | string {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = compile(pattern);
    compiled.set(pattern, known);
  }
  return known;
}

/**
 * Instructions of a compiled pattern. RE2 ends at some millions, of which the engine here makes some thousand in a
 * millisecond: 3,500 characters of `a{1000}` took 0.5 s and 200 MB. Honest patterns have some hundred.
 */
const MAX_INSTRUCTIONS = 20_000;
/** What a class of Unicode costs beside a character. */
const UNICODE_CLASS = 20;

function compile(pattern: string): Expression | string {
  if (pattern.length > MAX_INSTRUCTIONS || estimate(pattern) > MAX_INSTRUCTIONS)
    return 'error parsing regexp: expression too large';
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}

/** About how many instructions a pattern becomes: its characters, times the repetitions around them. Linear in the pattern. */
function estimate(pattern: string): number {
  const groups: number[] = [];
  let [group, last] = [0, 0];
  for (const { 0: token } of pattern.matchAll(TOKENS)) {
    const times = /^\{\d/.test(token) ? repetitions(token) : undefined;
    if (token === '(') {
      groups.push(group);
      [group, last] = [0, 0];
    } else if (token === ')') {
      last = group + 1;
      group = (groups.pop() ?? 0) + last;
    } else if (times !== undefined) {
      group += last * (times - 1);
      last *= times;
    } else {
      last = token.length + UNICODE_CLASS * (token.match(/\\p/gi)?.length ?? 0);
      group += last;
    }
    // What is not closed is refused by the compiler; until then it counts.
  }
  return groups.reduce((sum, each) => sum + each, group);
}

/**
 * A class, an escape, a repetition, or any other character. Linear: each begins with another, and none fails once it has begun
 * (what is not closed goes to the end, which the compiler refuses) but repetitions, after a few digits.
 */
const TOKENS = /\[\^?\]?(?:[^\]\\]|\\[\s\S])*\]?|\\[pP]\{[^}]*\}?|\\[\s\S]|\{\d{1,9}(?:,\d{0,9})?\}|[\s\S]/g;

function repetitions(token: string): number {
  return Math.max(1, ...[...token.matchAll(/\d+/g)].map(([digits]) => Number(digits)));
}
