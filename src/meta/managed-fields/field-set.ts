/**
 * Sets of paths into an object, held as FieldsV1 writes them: a tree of path elements (`f:` a field, `k:` the keys of a
 * list's element, `v:` an element of a set). A path is in the set when its node is empty or holds `.`; so `{"f:a": {}}` has
 * `.a` alone and `{"f:a": {".": {}, "f:b": {}}}` has `.a` and `.a.b`. Sets are values: no function changes its arguments,
 * and results share what stayed as it was. One that changes nothing returns its first argument itself.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A set that is being made. */
export type GrowingSet = Record<string, FieldSet>;

/** A path's node that holds nothing more. */
export const MEMBER: FieldSet = Object.freeze({});
const SELF = '.';

/** Elements begin with a letter and a colon, so that none is a name of Object.prototype. */
export function put(set: GrowingSet, element: string, inside: FieldSet): void {
  set[element] = inside;
}

export function isMember(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmpty(node);
}

/** Of a whole set: whether it has no path. Of a node inside: whether it is a path without any further. */
export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** The node of what is inside of a path, which is in the set itself where `member` is true; undefined for nothing at all. */
export function node(member: boolean, inside: FieldSet): FieldSet | undefined {
  if (isEmpty(inside)) return member ? MEMBER : undefined;
  return member && inside[SELF] === undefined ? { [SELF]: MEMBER, ...inside } : inside;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  let grown: GrowingSet | undefined;
  for (const element in b) {
    const mine = a[element];
    const other = b[element]!;
    const both = mine === undefined ? other : unionNode(mine, other);
    if (both === mine) continue;
    grown ??= { ...a };
    put(grown, element, both);
  }
  return grown ?? a;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return isEmpty(b) || b[SELF] !== undefined ? (isEmpty(b) ? a : b) : { [SELF]: MEMBER, ...b };
  if (isEmpty(b)) return a[SELF] !== undefined ? a : { [SELF]: MEMBER, ...a };
  return union(a, b);
}

/** The paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  let kept: GrowingSet | undefined;
  for (const element in b) {
    const mine = a[element];
    if (mine === undefined || element === SELF) continue;
    const other = b[element]!;
    const inside = difference(mine, other);
    const left = without(mine, inside, isMember(other));
    if (left === mine) continue;
    kept ??= { ...a };
    if (left === undefined) delete kept[element];
    else put(kept, element, left);
  }
  return kept ?? a;
}

function without(was: FieldSet, inside: FieldSet, removesSelf: boolean): FieldSet | undefined {
  if (isEmpty(was)) return removesSelf ? undefined : was;
  if (!removesSelf || was[SELF] === undefined) {
    if (inside === was) return was;
    return node(was[SELF] !== undefined, inside);
  }
  const { [SELF]: _, ...children } = inside;
  return node(false, children);
}

/** The paths that are in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const common: GrowingSet = {};
  for (const element in b) {
    const mine = a[element];
    if (mine === undefined || element === SELF) continue;
    const other = b[element]!;
    const both = node(isMember(mine) && isMember(other), intersection(mine, other));
    if (both !== undefined) put(common, element, both);
  }
  return common;
}

/** Each path of the set, as its elements. */
export function* pathsOf(set: FieldSet, above: readonly string[] = []): Generator<readonly string[]> {
  for (const element in set) {
    if (element === SELF) continue;
    const path = [...above, element];
    const inside = set[element]!;
    if (isMember(inside)) yield path;
    yield* pathsOf(inside, path);
  }
}

/** Whether a value that was sent is such a tree. */
export function isFieldSet(value: unknown, depth = 0): value is FieldSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > MAX_DEPTH) return false;
  return Object.entries(value).every(
    ([element, inside]) => (element === SELF ? depth > 0 : ELEMENT.test(element)) && isFieldSet(inside, depth + 1),
  );
}

const ELEMENT = /^[fkvi]:/;
/** Elements of one path; no object that is stored nests as deep. */
const MAX_DEPTH = 200;
