/**
 * JSON patch (RFC 6902). Our own because the errors are part of the API: they are those of gopkg.in/evanphx/json-patch,
 * whose findings (which path, which index) general libraries do not report.
 */
import { cloneJson } from '../clone.ts';
import { MAX_DEPTH, nestsBeyond } from '../depth.ts';
import { deepEqual } from '../equal.ts';
import { own, setOwn } from '../own.ts';
import { StatusError } from '../status-error.ts';
import { unprocessable } from './errors.ts';
import { Work } from './work.ts';

const MAX_OPERATIONS = 10_000;
/** Copies of copies must not use up memory: they may add as much as a request body may have, in JSON text. */
const MAX_COPIED = 3 * 1024 * 1024;

/** Moves nest what no body may nest. */
const TOO_DEEP = 'exceeded max depth';

interface Step {
  op?: unknown;
  path?: unknown;
  from?: unknown;
  value?: unknown;
}

/** Where a pointer leads: the last token, and the object or list that it is a key of. */
type Place =
  | { list: unknown[]; object?: undefined; key: string }
  | { object: Record<string, unknown>; list?: undefined; key: string };

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function decode(patch: unknown): Step[] {
  if (!Array.isArray(patch)) {
    throw StatusError.badRequest(`json: cannot unmarshal ${describe(patch)} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > MAX_OPERATIONS) {
    throw StatusError.requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  }
  const foreign = patch.find((step) => typeof step !== 'object' || step === null || Array.isArray(step));
  if (foreign === undefined) return patch as Step[];
  throw StatusError.badRequest(`json: cannot unmarshal ${describe(foreign)} into Go value of type jsonpatch.Operation`);
}

function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function descend(value: unknown, token: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(token) ? value[Number(token)] : undefined;
  return typeof value === 'object' ? own(value as Record<string, unknown> | null, token) : undefined;
}

/** Undefined when the pointer leads through something that is not there. The whole document is no place. */
function locate(document: unknown, pointer: string): Place | undefined {
  const tokens = tokensOf(pointer);
  const key = tokens.pop();
  const holder = tokens.reduce(descend, document);
  if (key === undefined || typeof holder !== 'object' || holder === null) return undefined;
  return Array.isArray(holder) ? { list: holder, key } : { object: holder as Record<string, unknown>, key };
}

/** A list index that may be up to `max`; negative ones count from `max` + 1 down, as upstream's library has it. */
function indexIn(key: string, max: number): number {
  if (!/^[+-]?\d+$/.test(key)) {
    throw new Error(`value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`);
  }
  const index = Number(key);
  if (index > max || index < -(max + 1)) {
    throw new Error(`Unable to access invalid index: ${index}: invalid index referenced`);
  }
  return index < 0 ? index + max + 1 : index;
}

/** Elements of a list that are moved at the price of one that is looked at: they are moved as one block of memory. */
const MOVED_AT_ONCE = 64;

function add(place: Place, value: unknown, work: Work): void {
  if (place.object !== undefined) setOwn(place.object, place.key, value);
  else if (place.key === '-') place.list.push(value);
  else {
    work.spend(place.list.length / MOVED_AT_ONCE);
    place.list.splice(indexIn(place.key, place.list.length), 0, value);
  }
}

function remove(place: Place, work: Work): void {
  if (place.list !== undefined) {
    work.spend(place.list.length / MOVED_AT_ONCE);
    place.list.splice(indexIn(place.key, place.list.length - 1), 1);
  } else if (Object.hasOwn(place.object, place.key)) delete place.object[place.key];
  else throw new Error(`Unable to remove nonexistent key: ${place.key}: missing value`);
}

/** The value there; undefined when there is none. Throws for a list index that is none. */
function read(place: Place): unknown {
  if (place.list !== undefined) return place.list[indexIn(place.key, place.list.length - 1)];
  return own(place.object, place.key);
}

/** Runs `work`, putting what it throws behind `context` in a 422. */
function within<T>(context: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw unprocessable(`${context}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

class JsonPatch {
  private readonly document: unknown;
  private readonly work = new Work();
  private copied = 0;

  constructor(document: unknown) {
    this.document = document;
  }

  apply(step: Step): void {
    const value = step.value ?? null;
    switch (step.op) {
      case 'add':
        this.add(this.pointer(step, 'path'), value);
        break;
      case 'remove':
        this.remove(this.pointer(step, 'path'));
        break;
      case 'replace':
        this.replace(this.pointer(step, 'path'), value);
        break;
      case 'test':
        this.test(this.pointer(step, 'path'), value);
        break;
      case 'move':
      case 'copy':
        this.transfer(step.op, step);
        break;
      default:
        throw unprocessable(`Unexpected kind: ${typeof step.op === 'string' ? step.op : 'unknown'}`);
    }
  }

  private add(path: string, value: unknown): void {
    const place = this.place(path, `add operation does not apply: doc is missing path: ${JSON.stringify(path)}`);
    within(`error in add for path: '${path}'`, () => add(place, value, this.work));
  }

  private remove(path: string): void {
    const place = this.place(path, `remove operation does not apply: doc is missing path: ${JSON.stringify(path)}`);
    within(`error in remove for path: '${path}'`, () => remove(place, this.work));
  }

  private pointer(step: Step, field: 'path' | 'from'): string {
    const pointer = step[field];
    if (typeof pointer === 'string') return pointer;
    throw unprocessable(`${String(step.op)} operation failed to decode ${field}: missing value`);
  }

  private place(pointer: string, missing: string): Place {
    const place = locate(this.document, pointer);
    if (place === undefined) throw unprocessable(`${missing}: missing value`);
    return place;
  }

  private replace(path: string, value: unknown): void {
    const place = this.place(path, `replace operation does not apply: doc is missing path: ${path}`);
    const missing = `replace operation does not apply: doc is missing key: ${path}: missing value`;
    if (place.object !== undefined) {
      if (!Object.hasOwn(place.object, place.key)) throw unprocessable(missing);
      setOwn(place.object, place.key, value);
      return;
    }
    try {
      place.list[indexIn(place.key, place.list.length - 1)] = value;
    } catch {
      throw unprocessable(missing);
    }
  }

  private test(path: string, expected: unknown): void {
    const place = this.place(path, `test operation does not apply: is missing path: ${path}`);
    const actual = within(`error in test for path: '${path}'`, () => read(place));
    // Comparison looks at all names of an object first; what else it looks at is bounded by what the patch expects.
    if (typeof actual === 'object' && actual !== null && !Array.isArray(actual)) {
      this.work.spend(Object.keys(actual).length);
    }
    if (!deepEqual(actual ?? null, expected)) throw unprocessable(`testing value ${path} failed: test failed`);
  }

  private transfer(op: 'move' | 'copy', step: Step): void {
    const from = this.pointer(step, 'from');
    const path = this.pointer(step, 'path');
    const source = this.place(from, `${op} operation does not apply: doc is missing from path: ${from}`);
    const value = within(`error in ${op} for path: '${from}'`, () => read(source));
    if (value === undefined) {
      throw unprocessable(`${op} operation does not apply: doc is missing from path: ${from}: missing value`);
    }
    if (op === 'copy') this.count(value);
    else within(`error in move for path: '${from}'`, () => remove(source, this.work));
    const target = this.place(path, `${op} operation does not apply: doc is missing destination path: ${path}`);
    within(`error in ${op} for path: '${path}'`, () =>
      add(target, op === 'copy' ? cloneJson(value) : value, this.work),
    );
  }

  private count(value: unknown): void {
    if (nestsBeyond(value, MAX_DEPTH)) throw unprocessable(TOO_DEEP);
    this.copied += JSON.stringify(value).length;
    if (this.copied <= MAX_COPIED) return;
    const grown = `the accumulated size increase of copy is ${this.copied}, exceeding the limit ${MAX_COPIED}`;
    throw unprocessable(`Unable to complete the copy, ${grown}`);
  }
}

/**
 * The original with the operations applied, as a new value; the original is not changed. Throws StatusError: 400 for
 * what is no patch, 413 for too many operations, 422 for an operation that fails.
 */
export function jsonPatch(original: unknown, patch: unknown): unknown {
  const steps = decode(patch);
  const patched = cloneJson(original);
  const target = new JsonPatch(patched);
  for (const step of steps) target.apply(step.value === undefined ? step : { ...step, value: cloneJson(step.value) });
  if (nestsBeyond(patched, MAX_DEPTH)) throw unprocessable(TOO_DEEP);
  return patched;
}
