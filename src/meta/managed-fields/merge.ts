/** Puts an applied configuration into an object, and takes from it what was dropped. */
import { cloneJson } from '../clone.ts';
import { deepEqual } from '../equal.ts';
import { own, setOwn } from '../own.ts';
import type { LinkedSchema } from '../schema/link.ts';
import { alike, elementsOf, fieldSchema, type Granularity, granularityOf } from './elements.ts';
import { type FieldSet, isMember } from './field-set.ts';

type Json = Record<string, unknown>;

/** `config` merged into `live`, in a copy. */
export function merge(schema: LinkedSchema | undefined, live: unknown, config: unknown): unknown {
  const granularity = granularityOf(schema, config);
  if (granularity === 'leaf' || granularityOf(schema, live) !== granularity) return cloneJson(config);
  if (granularity === 'fields') return mergeFields(schema, live as Json, config as Json);
  return mergeLists(schema as LinkedSchema, granularity, live as unknown[], config as unknown[]);
}

/** Whether merging `config` into `live` would change nothing, so that an apply that is repeated costs no copies. */
export function holds(schema: LinkedSchema | undefined, live: unknown, config: unknown): boolean {
  const granularity = granularityOf(schema, config);
  if (granularity === 'leaf' || granularityOf(schema, live) !== granularity) return deepEqual(live, config);
  if (granularity === 'fields') {
    const wanted = config as Json;
    return Object.keys(wanted).every((field) => {
      const mine = own(live as Json, field);
      return mine !== undefined && holds(fieldSchema(schema, field), mine, own(wanted, field));
    });
  }
  const list = live as unknown[];
  let at = 0;
  return (config as unknown[]).every((item) => {
    while (at < list.length && !alike(schema as LinkedSchema, granularity, list[at], item)) at += 1;
    at += 1;
    return at <= list.length && holds((schema as LinkedSchema).items, list[at - 1], item);
  });
}

function mergeFields(schema: LinkedSchema | undefined, live: Json, config: Json): Json {
  const merged: Json = {};
  for (const field of Object.keys(live)) {
    const [mine, wanted] = [live[field], own(config, field)];
    const kept = wanted === undefined ? cloneJson(mine) : merge(fieldSchema(schema, field), mine, wanted);
    setOwn(merged, field, kept);
  }
  for (const field of Object.keys(config)) {
    if (!Object.hasOwn(live, field)) setOwn(merged, field, cloneJson(config[field]));
  }
  return merged;
}

/** The configuration's elements in its order; what only the live list has stays where it was among them, as upstream. */
function mergeLists(schema: LinkedSchema, granularity: Granularity, live: unknown[], config: unknown[]): unknown[] {
  const [had, wanted] = [elementsOf(schema, granularity, live), elementsOf(schema, granularity, config)];
  if (had === undefined || wanted === undefined) return cloneJson(config);
  const left = [...had];
  const right = [...wanted];
  const shared = right.filter(([element]) => had.has(element)).map(([element]) => element);
  const merged: unknown[] = [];
  let [at, from, next] = [0, 0, 0];
  const take = ([element, item]: [string, unknown]) => {
    const mine = had.get(element);
    merged.push(mine === undefined ? cloneJson(item) : merge(schema.items, mine, item));
    if (element === shared[next]) next += 1;
  };
  while (at < left.length || from < right.length) {
    const [mine, theirs] = [left[at], right[from]];
    if (mine !== undefined && theirs !== undefined && mine[0] === theirs[0]) {
      take(theirs);
      at += 1;
      from += 1;
    } else if (mine !== undefined && wanted.has(mine[0]) && mine[0] !== shared[next]) {
      at += 1; // comes, or came, in the configuration's order
    } else if (mine !== undefined && !wanted.has(mine[0])) {
      merged.push(cloneJson(mine[1]));
      at += 1;
    } else if (theirs !== undefined) {
      take(theirs);
      from += 1;
    } else at += 1;
  }
  return merged;
}

/**
 * Takes from `value`, in place, what `last` has and `kept` has not. Fields of a struct are kept by what is owned inside of
 * them; keys of maps and elements of lists must be owned themselves.
 */
export function removeDropped(schema: LinkedSchema | undefined, value: unknown, last: FieldSet, kept: FieldSet): void {
  const granularity = granularityOf(schema, value);
  if (granularity === 'fields') removeFields(schema, value as Json, last, kept);
  else if (granularity !== 'leaf') removeElements(schema as LinkedSchema, granularity, value as unknown[], last, kept);
}

const NONE: FieldSet = {};

function removeFields(schema: LinkedSchema | undefined, value: Json, last: FieldSet, kept: FieldSet): void {
  for (const element in last) {
    if (!element.startsWith('f:')) continue;
    const field = element.slice(2);
    const inside = own(value, field);
    if (inside === undefined) continue;
    const [mine, others] = [last[element] as FieldSet, kept[element]];
    const isNamed = schema?.properties.has(field) === true;
    if (isDropped(mine, others, isNamed)) delete value[field];
    else {
      removeDropped(fieldSchema(schema, field), inside, mine, others ?? NONE);
      if (!isNothing(inside) || others !== undefined) continue;
      delete value[field];
    }
  }
}

function isDropped(mine: FieldSet, others: FieldSet | undefined, isNamed: boolean): boolean {
  if (isNamed) return others === undefined;
  return isMember(mine) && (others === undefined || !isMember(others));
}

function isNothing(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function removeElements(
  schema: LinkedSchema,
  granularity: Granularity,
  list: unknown[],
  last: FieldSet,
  kept: FieldSet,
): void {
  const elements = elementsOf(schema, granularity, list);
  if (elements === undefined) return;
  const left: unknown[] = [];
  for (const [element, item] of elements) {
    const mine = last[element];
    if (mine !== undefined) {
      if (isDropped(mine, kept[element], false)) continue;
      removeDropped(schema.items, item, mine, kept[element] ?? NONE);
    }
    left.push(item);
  }
  list.splice(0, list.length, ...left);
}
