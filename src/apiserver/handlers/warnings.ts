/** Warning headers, within what clients read: Node's gives up a response whose headers are over 16 KiB. */

/** Characters of all warnings together and, once they are over that, of each (upstream's truncation). */
const MAX_TOTAL = 4096;
const MAX_ITEM = 256;

/** The values of the Warning headers. Where they are too many, each is cut, and the last ones are dropped. */
export function warningHeaders(warnings: readonly string[]): string[] {
  const values = warnings.map((each) => headerValue(each));
  if (total(values) <= MAX_TOTAL) return values;
  const kept: string[] = [];
  let room = MAX_TOTAL;
  for (const each of warnings) {
    const value = headerValue(each.slice(0, MAX_ITEM));
    room -= value.length;
    if (room < 0) break;
    kept.push(value);
  }
  return kept;
}

function total(values: readonly string[]): number {
  return values.reduce((sum, { length }) => sum + length, 0);
}

function headerValue(text: string): string {
  return `299 - ${quoted(text)}`;
}

/** A quoted-string of a header: no control characters, quotes and backslashes escaped, ASCII only. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a header
  const printable = text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').replaceAll(/[^\u0020-\u007e]/g, '?');
  return `"${printable.replaceAll(/[\\"]/g, '\\$&')}"`;
}
