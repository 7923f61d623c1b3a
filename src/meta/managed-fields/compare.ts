/**
 * What a write changes: the fields that differ between two states of an object. Every write passes here, so nothing is
 * built where nothing differs, and nothing is looked up for values that are the same.
 */
import { deepEqual } from '../equal.ts';
import { own } from '../own.ts';
import type { LinkedSchema } from '../schema/link.ts';
import {
  alike,
  elementOf,
  elementsOf,
  type Field,
  fieldOf,
  type Granularity,
  granularityOf,
  KeyError,
} from './elements.ts';
import { type FieldSet, type GrowingSet, isEmpty, MEMBER, node, put } from './field-set.ts';

type Json = Record<string, unknown>;

export interface Differences {
  /** Added, or of another value. */
  changed: FieldSet;
  /** No longer there. */
  removed: FieldSet;
}

/** Differences as they are found; what nothing was found of is absent. */
interface Found {
  changed?: GrowingSet;
  removed?: GrowingSet;
}

/** Metadata that nobody owns (upstream's stripped fields). */
const UNOWNED = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
]);
const NOTHING: Json = Object.freeze({});

/**
 * Compares two states of an object, in those of its fields that `only` lets through, and of its metadata not what nobody
 * owns. An absent old state is an empty one.
 */
export function compare(
  schema: LinkedSchema,
  old: Json | undefined,
  changed: Json,
  only: (field: string) => boolean,
): Differences {
  const found: Found = {};
  const before = old ?? NOTHING;
  for (const field in changed) {
    if (!isCompared(field) || !only(field)) continue;
    compareField(found, fieldOf(schema, field), own(before, field), changed[field]);
  }
  for (const field in before) {
    if (!Object.hasOwn(changed, field) && isCompared(field) && only(field)) {
      compareField(found, fieldOf(schema, field), before[field], undefined);
    }
  }
  if (only('metadata')) {
    const metadata = fieldOf(schema, 'metadata');
    const [was, is] = [before.metadata ?? NOTHING, changed.metadata ?? NOTHING] as Json[];
    note(found, metadata.element, inFields(metadata.schema, was as Json, is as Json, UNOWNED));
  }
  return { changed: found.changed ?? MEMBER, removed: found.removed ?? MEMBER };
}

function isCompared(field: string): boolean {
  return field !== 'metadata' && field !== 'apiVersion' && field !== 'kind';
}

function note(into: Found, element: string, inside: { changed?: FieldSet; removed?: FieldSet } | undefined): void {
  if (inside === undefined) return;
  if (inside.changed !== undefined) putIn(into, 'changed', element, inside.changed);
  if (inside.removed !== undefined) putIn(into, 'removed', element, inside.removed);
}

function putIn(into: Found, which: keyof Found, element: string, inside: FieldSet): void {
  const set = into[which] ?? {};
  put(set, element, inside);
  if (which === 'changed') into.changed = set;
  else into.removed = set;
}

/** Compares one field of a struct or map that was there. */
function compareField(into: Found, field: Field, before: unknown, after: unknown): void {
  if (before === after) return;
  if (after === undefined) putIn(into, 'removed', field.element, allOf(field.schema, before, true));
  else if (before === undefined) {
    into.changed ??= {};
    add(into.changed, field, after);
  } else note(into, field.element, inValue(field.schema, before, after));
}

/** Adds a field that was not there. Structs and lists that upstream's types always have were there, empty. */
function add(set: GrowingSet, { element, schema, isAlwaysThere }: Field, value: unknown): void {
  if (!isAlwaysThere || granularityOf(schema, value) === 'leaf') put(set, element, allOf(schema, value, true));
  else {
    const inside = allOf(schema, value, false);
    if (!isEmpty(inside)) put(set, element, inside);
  }
}

/** Compares two values that are both there; undefined when they are equal. */
function inValue(
  schema: LinkedSchema | undefined,
  was: unknown,
  is: unknown,
): Found | { changed: FieldSet } | undefined {
  if (was === is) return undefined;
  const granularity = granularityOf(schema, is);
  if (granularity === 'leaf' || granularityOf(schema, was) !== granularity) {
    return deepEqual(was, is) ? undefined : { changed: MEMBER };
  }
  if (granularity === 'fields') return inFields(schema, was as Json, is as Json);
  return inList(schema as LinkedSchema, granularity, was as unknown[], is as unknown[]);
}

function inFields(schema: LinkedSchema | undefined, was: Json, is: Json, skipped?: ReadonlySet<string>): Found {
  const found: Found = {};
  for (const key in is) {
    const [before, after] = [own(was, key), own(is, key)];
    if (before === after || skipped?.has(key) === true) continue;
    compareField(found, fieldOf(schema, key), before, after);
  }
  for (const key in was) {
    if (!Object.hasOwn(is, key) && skipped?.has(key) !== true) {
      compareField(found, fieldOf(schema, key), own(was, key), undefined);
    }
  }
  return found;
}

function inList(
  schema: LinkedSchema,
  granularity: Granularity,
  was: unknown[],
  is: unknown[],
): Found | { changed: FieldSet } | undefined {
  if (was.length === is.length && was.every((item, at) => alike(schema, granularity, item, is[at]))) {
    return granularity === 'set' ? undefined : pairwise(schema, was, is);
  }
  const [before, after] = [elementsOf(schema, granularity, was), elementsOf(schema, granularity, is)];
  if (before === undefined || after === undefined) return deepEqual(was, is) ? undefined : { changed: MEMBER };
  const found: Found = {};
  for (const [element, item] of after) {
    const old = before.get(element);
    if (old === undefined) putIn(found, 'changed', element, allOf(schema.items, item, true));
    else note(found, element, inValue(schema.items, old, item));
  }
  for (const [element, item] of before) {
    if (!after.has(element)) putIn(found, 'removed', element, allOf(schema.items, item, true));
  }
  return found;
}

/** Lists that have the same keys in the same order. */
function pairwise(schema: LinkedSchema, was: unknown[], is: unknown[]): Found | { changed: FieldSet } {
  const found: Found = {};
  try {
    for (let at = 0; at < is.length; at += 1) {
      const inside = inValue(schema.items, was[at], is[at]);
      if (inside === undefined || (inside.changed === undefined && (inside as Found).removed === undefined)) continue;
      note(found, elementOf(schema, 'map', is[at]), inside);
    }
  } catch (error) {
    if (error instanceof KeyError) return { changed: MEMBER };
    throw error;
  }
  return found;
}

/** The node of a value that is there in one state only: all that is in it, and itself where `member`. */
function allOf(schema: LinkedSchema | undefined, value: unknown, member: boolean): FieldSet {
  const granularity = granularityOf(schema, value);
  if (granularity === 'leaf') return MEMBER;
  const set: GrowingSet = {};
  if (granularity === 'fields') {
    const json = value as Json;
    for (const key in json) {
      const field = fieldOf(schema, key);
      const each = own(json, key);
      if (typeof each !== 'object') put(set, field.element, MEMBER);
      else if (member) put(set, field.element, allOf(field.schema, each, true));
      else add(set, field, each);
    }
    return node(member, set) ?? MEMBER;
  }
  const list = schema as LinkedSchema;
  const elements = elementsOf(list, granularity, value as unknown[]);
  if (elements === undefined) return MEMBER;
  for (const [element, item] of elements) put(set, element, allOf(list.items, item, true));
  return node(member, set) ?? MEMBER;
}
