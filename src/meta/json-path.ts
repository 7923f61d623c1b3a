/**
 * The JSONPath of printer columns (k8s.io/client-go/util/jsonpath, as far as additionalPrinterColumns and selectable fields
 * use it): fields, quoted names, indexes, slices, `*`, and filters by equality or presence.
 */
import { own } from './own.ts';

type Step =
  | { by: 'field'; name: string }
  | { by: 'index'; from: number; to: number | undefined; single: boolean }
  | { by: 'all' }
  | { by: 'filter'; path: readonly Step[]; operator: '==' | '!=' | 'exists'; value: unknown };

export class JsonPathError extends Error {}

/** What finds the values at `text` (e.g. `.status.conditions[?(@.type=="Ready")].status`) in an object. Throws JsonPathError. */
export function jsonPath(text: string): (object: unknown) => unknown[] {
  const steps = new Parser(text).parse();
  return (object) => evaluate(steps, object);
}

/** Of a path: longer ones are refused. */
const MAX_CHARACTERS = 1_024;
/** Found by one path; more are not looked for. */
const MAX_VALUES = 1_000;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    if (text.length > MAX_CHARACTERS) throw new JsonPathError('the path is too long');
    this.#text = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  }

  parse(): Step[] {
    if (this.#text[this.#at] === '$') this.#at++;
    const steps = this.#steps();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return steps;
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      const next = this.#text[this.#at];
      if (next === '.') {
        this.#at++;
        if (this.#text[this.#at] === '.') throw new JsonPathError('recursive descent is not supported');
        if (this.#text[this.#at] === '[' || this.#at === this.#text.length) continue;
        steps.push(this.#named());
      } else if (next === '[') {
        this.#at++;
        steps.push(this.#bracketed());
      } else return steps;
    }
  }

  #named(): Step {
    let name = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const each = this.#text[this.#at]!;
      if (each === '\\' && this.#at + 1 < this.#text.length) {
        this.#at++;
        name += this.#text[this.#at];
      } else if ('.[]()=!<> \'"'.includes(each)) break;
      else name += each;
    }
    if (name === '') throw this.#unexpected();
    return name === '*' ? { by: 'all' } : { by: 'field', name };
  }

  #bracketed(): Step {
    const next = this.#text[this.#at];
    let step: Step;
    if (next === '*') {
      this.#at++;
      step = { by: 'all' };
    } else if (next === '?') step = this.#filter();
    else if (next === "'" || next === '"') step = { by: 'field', name: this.#quoted() };
    else step = this.#index();
    this.#expect(']');
    return step;
  }

  #filter(): Step {
    this.#expect('?');
    this.#expect('(');
    this.#expect('@');
    const path = this.#steps();
    this.#space();
    const sign = this.#text.slice(this.#at, this.#at + 2);
    if (sign !== '==' && sign !== '!=') {
      this.#expect(')');
      return { by: 'filter', path, operator: 'exists', value: undefined };
    }
    this.#at += 2;
    this.#space();
    const value = this.#literal();
    this.#space();
    this.#expect(')');
    return { by: 'filter', path, operator: sign, value };
  }

  #literal(): unknown {
    const next = this.#text[this.#at];
    if (next === "'" || next === '"') return this.#quoted();
    const end = this.#text.indexOf(')', this.#at);
    const word = this.#text.slice(this.#at, end === -1 ? undefined : end).trim();
    this.#at += word.length;
    if (word === 'true' || word === 'false') return word === 'true';
    const number = Number(word);
    if (word === '' || Number.isNaN(number)) throw this.#unexpected();
    return number;
  }

  #index(): Step {
    const end = this.#text.indexOf(']', this.#at);
    const inside = this.#text.slice(this.#at, end === -1 ? undefined : end);
    const parts = inside.split(':');
    if (parts.length > 2 || parts.some((each) => each !== '' && !/^-?\d{1,9}$/.test(each))) throw this.#unexpected();
    if (parts.length === 1 && inside === '') throw this.#unexpected();
    this.#at += inside.length;
    const [from, to] = parts;
    if (parts.length === 1) return { by: 'index', from: Number(from), to: undefined, single: true };
    return { by: 'index', from: Number(from), to: to === '' ? undefined : Number(to), single: false };
  }

  #quoted(): string {
    const quote = this.#text[this.#at]!;
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end === -1) throw new JsonPathError('unterminated quoted string');
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inside;
  }

  #space(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected();
    this.#at++;
  }

  #unexpected(): JsonPathError {
    const found = this.#text[this.#at];
    return new JsonPathError(
      found === undefined ? 'unexpected end of the path' : `unexpected ${JSON.stringify(found)}`,
    );
  }
}

function evaluate(steps: readonly Step[], object: unknown): unknown[] {
  let values = [object];
  for (const step of steps) {
    const found: unknown[] = [];
    for (const value of values) {
      if (found.length >= MAX_VALUES) break;
      for (const each of follow(step, value)) found.push(each);
    }
    values = found;
  }
  return values;
}

function follow(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.by) {
    case 'field': {
      const found = Array.isArray(value) ? undefined : own(value as Record<string, unknown>, step.name);
      return found === undefined ? [] : [found];
    }
    case 'all':
      return Object.values(value).slice(0, MAX_VALUES);
    case 'index': {
      if (!Array.isArray(value)) return [];
      if (!step.single) return value.slice(step.from, step.to);
      const found = value.at(step.from);
      return found === undefined ? [] : [found];
    }
    case 'filter':
      return Array.isArray(value) ? value.filter((each) => holds(step, each)) : [];
  }
}

function holds(step: Extract<Step, { by: 'filter' }>, item: unknown): boolean {
  const [found] = evaluate(step.path, item);
  if (step.operator === 'exists') return found !== undefined;
  return (found === step.value) === (step.operator === '==');
}
