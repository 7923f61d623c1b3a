/** Clients' values in error texts, cut: a text must not grow with what it complains about. */

/** Characters of one value that an error text shows; upstream shows all. More than any name, key or image has. */
export const MAX_SHOWN = 1024;

/** The text, of which at most `max` characters stay, followed by how many are left out. */
export function clip(text: string, max = MAX_SHOWN): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max)}... (${text.length - max} more characters)`;
}

/** The value as JSON text, of which at most about `max` characters are written, whatever the value's size. */
export function clippedJson(value: unknown, max = MAX_SHOWN): string {
  if (typeof value === 'string') {
    const rest = value.length - max;
    if (rest <= 0) return JSON.stringify(value);
    return `${JSON.stringify(value.slice(0, max))}... (${rest} more characters)`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const writer = new Writer(max);
  writer.write(value);
  return writer.full ? `${writer.text.slice(0, max)}...` : writer.text;
}

/** Writes JSON until there is enough of it. */
class Writer {
  text = '';
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  get full(): boolean {
    return this.text.length > this.max;
  }

  write(value: unknown): void {
    if (typeof value === 'string') this.text += JSON.stringify(value.slice(0, this.max + 1));
    else if (typeof value !== 'object' || value === null) this.text += JSON.stringify(value) ?? 'null';
    else if (Array.isArray(value)) this.list(value);
    else this.object(value as Record<string, unknown>);
  }

  private list(value: readonly unknown[]): void {
    this.text += '[';
    for (let index = 0; index < value.length && !this.full; index += 1) {
      if (index > 0) this.text += ',';
      this.write(value[index]);
    }
    this.text += ']';
  }

  private object(value: Record<string, unknown>): void {
    let separator = '';
    this.text += '{';
    // Not Object.entries, which would copy a large map for the sake of its first keys.
    for (const key in value) {
      if (this.full) break;
      if (!Object.hasOwn(value, key) || value[key] === undefined) continue;
      this.text += `${separator}${JSON.stringify(key.slice(0, this.max + 1))}:`;
      this.write(value[key]);
      separator = ',';
    }
    this.text += '}';
  }
}
