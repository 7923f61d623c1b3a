/**
 * JSON values as YAML text, in block style. What is sure to be read as a text by YAML 1.1 and 1.2 stands plain, other texts stand
 * quoted as in JSON, and those of several lines as literal blocks. A library that knows all of YAML took 0.4 s for a megabyte of
 * short entries, during which it served nobody else.
 */

// Writes bigints as their digits.
import './json.ts';

/** Levels that are written as blocks; what is deeper is written as JSON, so that indentation does not outweigh the values. */
const MAX_BLOCK_LEVELS = 32;
/** Characters; a key that stands on the line of its value may have 1,024. */
const MAX_IMPLICIT_KEY = 1000;

/** Begins with a letter and has nothing that YAML gives a meaning to: `: `, ` #`, brackets, quotes. */
const PLAIN = /^[A-Za-z_/][\w./@+=,()-]*(?:[ :][\w/(][\w./@+=,()-]*)*$/;
/** Booleans and nulls of YAML 1.1, in whatever case. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** What a literal block holds as it is: no control characters, no other ends of lines, no byte order mark. */
const LITERAL = /^[\t\n\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]*$/;
const BLANK_LINE = /^[ \t]+$/m;

/** The text of a document, or of a part that stands `level` levels of two spaces deep; ends with its line. */
export function yamlText(value: unknown, level = 0): string {
  const parts: string[] = [];
  if (isCollection(value) && level < MAX_BLOCK_LEVELS) writeBlock(parts, value, level);
  else parts.push(flow(value, level), '\n');
  return parts.join('');
}

function isCollection(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  for (const _ in value) return true;
  return false;
}

function writeBlock(parts: string[], value: object, level: number, isInLine = false): void {
  const indent = '  '.repeat(level);
  // The first entry of a list's element stands behind its dash.
  let before = isInLine ? '' : indent;
  if (Array.isArray(value)) {
    for (const element of value) {
      parts.push(before, '- ');
      before = indent;
      if (isCollection(element) && level + 1 < MAX_BLOCK_LEVELS) writeBlock(parts, element, level + 1, true);
      else parts.push(flow(element, level + 1), '\n');
    }
    return;
  }
  for (const [key, inside] of Object.entries(value)) {
    if (inside === undefined) continue;
    const name = scalarText(key);
    parts.push(before, ...(name.length > MAX_IMPLICIT_KEY ? ['? ', name, '\n', indent, ':'] : [name, ':']));
    before = indent;
    if (isCollection(inside) && level + 1 < MAX_BLOCK_LEVELS) {
      parts.push('\n');
      writeBlock(parts, inside, level + 1);
    } else parts.push(' ', flow(inside, level + 1), '\n');
  }
}

/** A value on the line that it begins on; lines of a literal block are indented by `level`. */
function flow(value: unknown, level: number): string {
  if (typeof value === 'string') return literal(value, level) ?? scalarText(value);
  // JSON is YAML too.
  return JSON.stringify(value) ?? 'null';
}

function scalarText(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}

function literal(text: string, level: number): string | undefined {
  if (!text.includes('\n') || /^[\s]/.test(text)) return undefined;
  if (!LITERAL.test(text) || BLANK_LINE.test(text) || !text.isWellFormed()) return undefined;
  const indent = '  '.repeat(Math.max(level, 1));
  const chomping = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `|${chomping}\n${body.replaceAll(/^(?=.)/gm, indent)}`;
}
