/** Request bodies to values, with what is wrong with them in upstream's words. */
import { MAX_DEPTH } from '../depth.ts';
import { parseJson } from '../json.ts';
import { StatusError } from '../status-error.ts';
import { findDuplicates, nestsDeeper, TooDeepError } from './json-duplicates.ts';
import { jsonSyntaxError } from './json-syntax.ts';
import { parseYaml, YamlError } from './yaml.ts';

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
    value = parseJson(text);
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

/**
 * Characters of a YAML text: reading one takes several times what JSON takes, and only people write it (kubectl sends
 * JSON). The densest of half this size took 23 ms of the processor.
 */
export const MAX_YAML = 256 * 1024;

/** As decodeJson, for the first document of a YAML body. Duplicates come as one text in the words of upstream's reader. */
export function decodeYaml(text: string, options: DecodeOptions = {}): Decoded {
  // JSON is YAML, and clients send it as such; it is read as what it is.
  if (text.startsWith('{')) {
    try {
      return decodeJson(text, options);
    } catch (error) {
      if (text.length > MAX_YAML) throw error;
    }
  }
  if (text.length > MAX_YAML) {
    throw StatusError.requestEntityTooLarge(
      `Request entity too large: limit is ${MAX_YAML} for YAML, send the object as JSON`,
    );
  }
  try {
    const { value, duplicates } = parseYaml(text, MAX_DEPTH);
    if (duplicates.length === 0 || options.strict === false) return { value, duplicates: [] };
    return { value, duplicates: [`yaml: unmarshal errors:\n${duplicates.map((each) => `  ${each}`).join('\n')}`] };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const problem = `error converting YAML to JSON: yaml: ${error.message}`;
    throw unreadable(text, `couldn't get version/kind; json parse error: ${problem}`, options.kind);
  }
}
