/** Request bodies to values, with what is wrong with them in upstream's words. */
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { MAX_DEPTH } from '../depth.ts';
import { StatusError } from '../status-error.ts';
import { findDuplicates, nestsDeeper, TooDeepError } from './json-duplicates.ts';
import { jsonSyntaxError } from './json-syntax.ts';

export interface Decoded {
  value: unknown;
  /** What strict decoding refuses: `duplicate field "spec.replicas"`, in document order. Empty when not asked for. */
  duplicates: string[];
}

export interface DecodeOptions {
  /** Look for duplicate keys (fieldValidation Warn and Strict). Default true. */
  strict?: boolean;
  /** The kind that is expected, for error messages. */
  kind?: string;
}

/** Characters; shorter texts cost little however deep they are. */
const MANY = 100_000;

function unreadable(text: string, problem: string, kind: string | undefined): StatusError {
  if (kind === undefined) return StatusError.badRequest(problem);
  return StatusError.badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${problem} (${summary(text)})`,
  );
}

/** The beginning of a body: in clear when it looks like JSON, else in hex. */
function summary(text: string): string {
  if (text === '') return '<empty>';
  const bytes = new TextEncoder().encode(text.slice(0, 31));
  const shown = bytes.subarray(0, 30);
  const more = bytes.length > 30 ? ' ...' : '';
  if (text.startsWith('{')) return new TextDecoder().decode(shown) + more;
  return [...shown].map((byte) => byte.toString(16).padStart(2, '0')).join('') + more;
}

/**
 * Decodes a JSON body. Of duplicate keys the last one counts. Looking for them takes about 10 µs for a pod
 * of 1.5 KB, which JSON.parse reads in 8 µs.
 * Malformed input throws StatusError.badRequest.
 */
export function decodeJson(text: string, options: DecodeOptions = {}): Decoded {
  const fail = (problem: string) =>
    unreadable(text, `couldn't get version/kind; json parse error: ${problem}`, options.kind);
  if (text.length > MANY && nestsDeeper(text, MAX_DEPTH)) throw fail('exceeded max depth');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(jsonSyntaxError(text, MAX_DEPTH) ?? String(error));
  }
  const strict = options.strict !== false;
  // A level takes at least two characters, so that short texts need no look at their depth.
  if (!strict && text.length <= 2 * MAX_DEPTH) return { value, duplicates: [] };
  try {
    const duplicates = findDuplicates(text, MAX_DEPTH);
    return { value, duplicates: strict ? duplicates : [] };
  } catch (error) {
    if (error instanceof TooDeepError) throw fail(error.message);
    throw error;
  }
}

/** YAML 1.1 as upstream's decoder reads it: `yes` and `on` are booleans, `0644` is octal, times are text. */
const NOT_UPSTREAM = /^tag:yaml\.org,2002:(binary|omap|pairs|set|timestamp)$/;

function parseYaml(text: string, lines: LineCounter): Document {
  return parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    logLevel: 'silent',
    lineCounter: lines,
    customTags: (tags) =>
      // Sexagesimal numbers (format TIME) would turn `80:80` into 4880.
      tags.filter(
        (tag) => typeof tag === 'string' || !(NOT_UPSTREAM.test(tag.tag) || ('format' in tag && tag.format === 'TIME')),
      ),
  });
}

/** Upstream's sentence about keys that a mapping has twice; undefined when there are none. */
function yamlDuplicates(document: Document, lines: LineCounter): string | undefined {
  const problems: string[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === '<<') continue;
        const name = String(key.value);
        if (seen.has(name)) {
          const { line } = lines.linePos(key.range?.[0] ?? 0);
          problems.push(`  line ${line}: key ${JSON.stringify(name)} already set in map`);
        }
        seen.add(name);
      }
    },
  });
  return problems.length === 0 ? undefined : `yaml: unmarshal errors:\n${problems.join('\n')}`;
}

/** As decodeJson, for the first document of a YAML body. Duplicates come as one text in the words of upstream's reader. */
export function decodeYaml(text: string, options: DecodeOptions = {}): Decoded {
  const lines = new LineCounter();
  const fail = (problem: string) =>
    unreadable(text, `couldn't get version/kind; json parse error: ${problem}`, options.kind);
  const unconvertible = (problem: string) => fail(`error converting YAML to JSON: yaml: ${problem}`);
  let value: unknown;
  let duplicates: string | undefined;
  try {
    const document = parseYaml(text, lines);
    const error = document.errors.find((each) => each.code !== 'MULTIPLE_DOCS');
    if (error !== undefined) {
      const { line } = lines.linePos(error.pos[0]);
      throw unconvertible(`line ${line}: ${error.message.split('\n', 1)[0]}`);
    }
    if (isTooDeep(document)) throw unconvertible('exceeded max depth');
    if (options.strict !== false) duplicates = yamlDuplicates(document, lines);
    value = document.toJS();
  } catch (error) {
    if (error instanceof RangeError) throw unconvertible('exceeded max depth');
    // The library refuses more aliases than any honest document has.
    if (error instanceof ReferenceError) throw unconvertible(error.message);
    throw error;
  }
  return { value, duplicates: duplicates === undefined ? [] : [duplicates] };
}

function isTooDeep(document: Document): boolean {
  let deep = false;
  visit(document, {
    Collection(_, __, path) {
      // Of a mapping both the mapping and its pair are on the path.
      if (path.length <= 2 * MAX_DEPTH) return undefined;
      deep = true;
      return visit.BREAK;
    },
  });
  return deep;
}
