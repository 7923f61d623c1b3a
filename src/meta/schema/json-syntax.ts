/** Says what is wrong with malformed JSON in the words of Go's encoding/json. Only malformed input comes here. */
import { own } from '../own.ts';

class SyntaxProblem extends Error {}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

class Reader {
  private readonly text: string;
  private readonly maxDepth: number;
  private at = 0;
  /** What is open, outermost first: the closing characters. A list, as nesting would overflow the stack of calls. */
  private readonly open: (']' | '}')[] = [];

  constructor(text: string, maxDepth: number) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  document(): void {
    do {
      this.opening();
    } while (this.following());
    if (this.at < this.text.length) this.fail('after top-level value');
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? '_')) this.at += 1;
  }

  private fail(context: string): never {
    const character = this.text[this.at];
    if (character === undefined) throw new SyntaxProblem('unexpected end of JSON input');
    throw new SyntaxProblem(`invalid character ${quoted(character)} ${context}`);
  }

  /** Reads a scalar, or an object or array up to where its first value begins. */
  private opening(): void {
    for (;;) {
      this.space();
      const character = this.text[this.at] ?? '';
      if (character === '{') {
        if (this.enter('}')) return;
        this.key();
      } else if (character === '[') {
        if (this.enter(']')) return;
      } else {
        this.scalar(character);
        return;
      }
    }
  }

  /** Reads what is behind a value. Whether another value follows. */
  private following(): boolean {
    for (;;) {
      this.space();
      const close = this.open.at(-1);
      if (close === undefined) return false;
      if (this.take(',')) {
        if (close === '}') this.key();
        return true;
      }
      if (!this.take(close)) this.fail(close === '}' ? 'after object key:value pair' : 'after array element');
      this.open.pop();
    }
  }

  /** Whether what was opened is closed at once. */
  private enter(close: ']' | '}'): boolean {
    this.at += 1;
    if (this.open.length >= this.maxDepth) throw new SyntaxProblem('exceeded max depth');
    this.space();
    if (this.take(close)) return true;
    this.open.push(close);
    return false;
  }

  private key(): void {
    this.space();
    if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
    this.string();
    this.space();
    if (!this.take(':')) this.fail('after object key');
  }

  private scalar(character: string): void {
    if (character === '"') this.string();
    else if (character === '-' || isDigit(character)) this.number();
    else {
      const literal = own(LITERALS, character);
      if (literal === undefined) this.fail('looking for beginning of value');
      this.literal(literal);
    }
  }

  private string(): void {
    this.at += 1;
    while (!this.take('"')) {
      if ((this.text[this.at] ?? ' ') < ' ' || this.at >= this.text.length) this.fail('in string literal');
      if (this.take('\\')) this.escape();
      else this.at += 1;
    }
  }

  private escape(): void {
    if (!this.take('u')) {
      if (!'bfnrt\\/"'.includes(this.text[this.at] ?? '_')) this.fail('in string escape code');
      this.at += 1;
      return;
    }
    for (let digits = 0; digits < 4; digits += 1) {
      if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape');
      this.at += 1;
    }
  }

  private number(): void {
    this.take('-');
    if (!this.take('0') && !this.digits()) this.fail('in numeric literal');
    if (this.take('.') && !this.digits()) this.fail('after decimal point in numeric literal');
    if (this.take('e') || this.take('E')) {
      if (!this.take('+')) this.take('-');
      if (!this.digits()) this.fail('in exponent of numeric literal');
    }
  }

  private digits(): boolean {
    const start = this.at;
    while (isDigit(this.text[this.at] ?? '')) this.at += 1;
    return this.at > start;
  }

  private literal(word: string): void {
    for (const [index, expected] of [...word].entries()) {
      if (!this.take(expected)) this.fail(index === 0 ? '' : `in literal ${word} (expecting '${expected}')`);
    }
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function quoted(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}

/**
 * For example `invalid character '}' looking for beginning of value`, or `exceeded max depth` behind `maxDepth` levels;
 * undefined when the text is valid after all.
 */
export function jsonSyntaxError(text: string, maxDepth: number): string | undefined {
  try {
    new Reader(text, maxDepth).document();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
}
