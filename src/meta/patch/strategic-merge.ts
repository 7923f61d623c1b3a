/**
 * Strategic merge patch: a merge patch that knows which lists are sets or maps, from the schema's
 * `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`, and that has directives: `$patch` (replace, merge,
 * delete), `$deleteFromPrimitiveList/<list>`, `$setElementOrder/<list>` and `$retainKeys`.
 */
import { clip, clippedJson } from '../clip.ts';
import { cloneJson } from '../clone.ts';
import { own, setOwn } from '../own.ts';
import type { LinkedSchema } from '../schema/link.ts';
import { StatusError } from '../status-error.ts';
import { unprocessable } from './errors.ts';
import { type Identify, orderMerged, positions } from './list-order.ts';
import { Work } from './work.ts';

type Json = Record<string, unknown>;

const KEY_WORK = 3;
const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList';
const SET_ORDER = '$setElementOrder';

interface Field {
  schema: LinkedSchema | undefined;
  /** Elements are merged; else the list or map is replaced as a whole. */
  merges: boolean;
  replaces: boolean;
  mergeKey: string | undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldOf(schema: LinkedSchema | undefined, key: string): Field {
  const field = schema?.properties.get(key) ?? schema?.additional;
  const strategies = field?.schema['x-kubernetes-patch-strategy']?.split(',') ?? [];
  return {
    schema: field,
    merges: strategies.includes('merge'),
    replaces: strategies.includes('replace'),
    mergeKey: field?.schema['x-kubernetes-patch-merge-key'],
  };
}

/** `containers` of `$setElementOrder/containers`. */
function listName(key: string, directive: string): string {
  const name = key.slice(directive.length + 1);
  if (key[directive.length] === '/' && name !== '') return name;
  const list = directive === DELETE_FROM ? 'primitive list' : 'setElementOrder list';
  throw StatusError.badRequest(`invalid patch format of ${list}`);
}

/** A part of the patch that meets nothing in the original: without nulls and directives. Undefined: nothing is left. */
function clean(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(clean).filter((item) => item !== undefined);
  if (!isObject(patch)) return patch;
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive !== undefined) return undefined;
  return withoutDirectives(patch);
}

function withoutDirectives(patch: Json): Json {
  const cleaned: Json = {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || isDirective(key)) continue;
    const inside = clean(value);
    if (inside !== undefined) setOwn(cleaned, key, inside);
  }
  return cleaned;
}

function isDirective(key: string): boolean {
  return key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
}

function mergeMap(work: Work, schema: LinkedSchema | undefined, original: Json, patch: Json): Json {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);
  // Copying an object that has many keys takes several times what a list's elements take.
  work.spend(KEY_WORK * Object.keys(original).length);
  const merged = retainKeys(original, patch);
  for (const key of listsOf(patch)) mergeListField(work, fieldOf(schema, key), merged, patch, key);
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key) || Array.isArray(value)) continue;
    const current = own(merged, key);
    if (value === null) {
      delete merged[key];
      continue;
    }
    if (isObject(value) && isObject(current)) {
      const field = fieldOf(schema, key);
      setOwn(merged, key, field.replaces ? withoutDirectives(value) : mergeMap(work, field.schema, current, value));
      continue;
    }
    const taken = clean(value);
    if (taken === undefined) delete merged[key];
    else setOwn(merged, key, taken);
  }
  return merged;
}

/** Names of the lists that the patch has a word on: elements, deletions or an order. */
function listsOf(patch: Json): Set<string> {
  const lists = new Set<string>();
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(SET_ORDER)) lists.add(listName(key, SET_ORDER));
    else if (key.startsWith(DELETE_FROM)) lists.add(listName(key, DELETE_FROM));
    else if (Array.isArray(value) && key !== RETAIN_KEYS) lists.add(key);
  }
  return lists;
}

/** A copy of the original, with only the keys that `$retainKeys` names when the patch has that. */
function retainKeys(original: Json, patch: Json): Json {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return { ...original };
  const named = Array.isArray(keys) ? new Set(keys) : undefined;
  const unnamed = Object.entries(patch).some(
    ([key, value]) => value !== null && !isDirective(key) && named?.has(key) !== true,
  );
  if (named === undefined || unnamed) throw StatusError.badRequest('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([key]) => named.has(key)));
}

function mergeListField(work: Work, field: Field, merged: Json, patch: Json, key: string): void {
  const wanted = own(patch, key);
  const deletions = optionalList(patch[`${DELETE_FROM}/${key}`], 'invalid patch format of primitive list');
  const order = optionalList(patch[`${SET_ORDER}/${key}`], 'invalid patch format of setElementOrder list');
  const current = own(merged, key);
  if (wanted === null) {
    delete merged[key];
    return;
  }
  if (wanted !== undefined && !Array.isArray(wanted)) return;
  if (order !== undefined) checkOrder(wanted ?? [], order, field.mergeKey);
  if (!Array.isArray(current)) {
    if (wanted !== undefined) setOwn(merged, key, clean(wanted));
    return;
  }
  work.spend(current.length);
  let list: unknown[] = current;
  if (deletions !== undefined) {
    const deleted = new Set(deletions);
    list = list.filter((element) => !deleted.has(element));
  }
  if (wanted !== undefined) {
    list = field.merges ? mergeList(work, field, list, wanted, key) : (clean(wanted) as unknown[]);
  }
  if (order !== undefined && list.length > 0) list = orderMerged(list, order, current, identifyBy(field.mergeKey));
  setOwn(merged, key, list);
}

function optionalList(value: unknown, problem: string): unknown[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw StatusError.badRequest(problem);
}

function identifyBy(mergeKey: string | undefined): Identify {
  if (mergeKey === undefined) return (element) => element;
  return (element) => (isObject(element) ? element[mergeKey] : undefined);
}

/** The patch may list elements only in the order that it asks for. */
function checkOrder(wanted: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  const identify = identifyBy(mergeKey);
  let at = 0;
  for (const element of wanted) {
    if (isObject(element) && element[DIRECTIVE] !== undefined) continue;
    if (mergeKey !== undefined) requireKey(element, mergeKey);
    if (order.length === 0) continue;
    const identity = identify(element);
    while (at < order.length && identify(order[at]) !== identity) at += 1;
    if (at === order.length) {
      const [patch, list] = [clippedJson(wanted), clippedJson(order)];
      throw unprocessable(`The order in patch list:\n${patch}\n doesn't match ${SET_ORDER} list:\n${list}\n`);
    }
    at += 1;
  }
}

function mergeList(
  work: Work,
  field: Field,
  original: readonly unknown[],
  patch: readonly unknown[],
  name: string,
): unknown[] {
  const all = [...original, ...patch];
  if (all.some(Array.isArray)) throw unprocessable('lists of lists are not supported');
  const maps = all.filter(isObject).length;
  if (maps === 0) {
    return orderMerged([...new Set(all)], patch, original, identifyBy(undefined));
  }
  if (maps < all.length) throw unprocessable(`list element types are not identical: ${clippedJson(all)}`);
  if (field.mergeKey === undefined) throw unprocessable(`cannot merge lists without merge key for ${name}`);
  return mergeMapList(work, field.schema?.items, field.mergeKey, original as Json[], patch as Json[]);
}

function mergeMapList(
  work: Work,
  items: LinkedSchema | undefined,
  mergeKey: string,
  original: readonly Json[],
  patch: readonly Json[],
): unknown[] {
  const plain = patch.filter((element) => element[DIRECTIVE] === undefined);
  const deleted = new Set<unknown>();
  let replaces = false;
  for (const element of patch) {
    const directive = element[DIRECTIVE];
    if (directive === undefined) continue;
    if (directive === 'delete') {
      deleted.add(requireKey(element, mergeKey));
    } else if (directive === 'replace') replaces = true;
    else if (directive === 'merge') throw unprocessable('merging lists cannot yet be specified in the patch');
    else throw unknownDirective(directive, element);
  }
  if (replaces) return plain.map(withoutDirectives);
  const identify = identifyBy(mergeKey);
  const merged = original.filter((each) => !deleted.has(each[mergeKey]));
  const places = positions(merged, identify);
  for (const element of plain) {
    const identity = requireKey(element, mergeKey);
    const index = places.get(identity);
    if (index !== undefined) merged[index] = mergeMap(work, items, merged[index] as Json, element);
    else places.set(identity, merged.push(withoutDirectives(element)) - 1);
  }
  return orderMerged(merged, plain, original, identify);
}

function requireKey(element: unknown, mergeKey: string): unknown {
  if (isObject(element) && element[mergeKey] !== undefined) return element[mergeKey];
  throw unprocessable(`map: ${clippedJson(element)} does not contain declared merge key: ${mergeKey}`);
}

function unknownDirective(directive: unknown, patch: Json): StatusError {
  return unprocessable(
    `unknown patch type: ${typeof directive === 'string' ? clip(directive) : clippedJson(directive)} in map: ${clippedJson(patch)}`,
  );
}

/**
 * The original with the patch merged in; neither is changed, and parts of the original may be shared. Throws StatusError:
 * 400 for malformed directives, 422 for a patch that does not fit the object.
 */
export function strategicMerge(schema: LinkedSchema, original: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw StatusError.badRequest('invalid JSON document');
  return mergeMap(new Work(), schema, isObject(original) ? original : {}, cloneJson(patch));
}
