/** Says what is wrong with malformed JSON in the words of Go's encoding/json. Only malformed input comes here. */

class SyntaxProblem extends Error {}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): void {
    this.value();
    this.space();
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

  private value(): void {
    this.space();
    const character = this.text[this.at] ?? '';
    if (character === '{') this.object();
    else if (character === '[') this.array();
    else if (character === '"') this.string();
    else if (character === '-' || isDigit(character)) this.number();
    else if (LITERALS[character] !== undefined) this.literal(LITERALS[character]);
    else this.fail('looking for beginning of value');
  }

  private object(): void {
    this.at += 1;
    this.space();
    if (this.take('}')) return;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
      this.string();
      this.space();
      if (!this.take(':')) this.fail('after object key');
      this.value();
      this.space();
    } while (this.take(','));
    if (!this.take('}')) this.fail('after object key:value pair');
  }

  private array(): void {
    this.at += 1;
    this.space();
    if (this.take(']')) return;
    do {
      this.value();
      this.space();
    } while (this.take(','));
    if (!this.take(']')) this.fail('after array element');
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

/** For example `invalid character '}' looking for beginning of value`; undefined when the text is valid after all. */
export function jsonSyntaxError(text: string): string | undefined {
  try {
    new Reader(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
}
