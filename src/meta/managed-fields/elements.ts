/** One step of a path, between an object's values, FieldsV1 and the text that people read. */
import { own } from '../own.ts';
import type { LinkedSchema } from '../schema/link.ts';

type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * How values of a schema are owned: whole (`leaf`: scalars, atomic lists and maps), by field (structs and maps), by element
 * (lists with keys, sets).
 */
export type Granularity = 'leaf' | 'fields' | 'map' | 'set';

/** What is to be known of a schema, looked up once for each value of it. */
interface Plan {
  granularity: Granularity;
  fields: Map<string, Field>;
  /** Of a list, in the order in which FieldsV1 writes them. */
  keys: readonly string[];
}

/** A field of a struct, or a key of a map. */
export interface Field {
  /** `f:` and its name. */
  element: string;
  schema: LinkedSchema | undefined;
  /** Upstream's type holds it by value: an absent one is an empty one. */
  isAlwaysThere: boolean;
}

const plans = new WeakMap<LinkedSchema, Plan>();

function planOf(schema: LinkedSchema): Plan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    const { required } = schema.schema;
    plan = {
      granularity: ownedBy(schema),
      fields: new Map(),
      keys: [...(schema.schema['x-kubernetes-list-map-keys'] ?? [])].sort(),
    };
    for (const [name, each] of schema.properties) {
      const isAlwaysThere = isObject(each.schema.default) || required?.includes(name) === true;
      plan.fields.set(name, { element: `f:${name}`, schema: each, isAlwaysThere });
    }
    plans.set(schema, plan);
  }
  return plan;
}

export function granularityOf(schema: LinkedSchema | undefined, value: unknown): Granularity {
  if (typeof value !== 'object' || value === null) return 'leaf';
  if (schema === undefined || schema.kind === 'any') return Array.isArray(value) ? 'leaf' : 'fields';
  const { granularity } = planOf(schema);
  if (granularity === 'leaf') return granularity;
  return Array.isArray(value) === (granularity === 'fields') ? 'leaf' : granularity;
}

export function fieldOf(schema: LinkedSchema | undefined, name: string): Field {
  const known = schema === undefined ? undefined : planOf(schema).fields.get(name);
  return known ?? { element: `f:${name}`, schema: schema?.additional, isAlwaysThere: false };
}

function ownedBy(linked: LinkedSchema): Granularity {
  const { schema, kind } = linked;
  if (kind === 'object') {
    // Free-form JSON inside of a built-in kind is one value.
    const free = linked.open && linked.name !== undefined && linked.properties.size === 0;
    return schema['x-kubernetes-map-type'] === 'atomic' || free ? 'leaf' : 'fields';
  }
  if (kind !== 'array') return 'leaf';
  const type = schema['x-kubernetes-list-type'];
  return type === 'map' || type === 'set' ? type : 'leaf';
}

export function fieldSchema(schema: LinkedSchema | undefined, field: string): LinkedSchema | undefined {
  return schema?.properties.get(field) ?? schema?.additional;
}

/** A list's element is none: it omits a key that has no default. */
export class KeyError extends Error {}

/** `k:{"name":"a"}` or `v:"a"` for an element of a list that is not atomic. Throws KeyError. */
export function elementOf(schema: LinkedSchema, granularity: Granularity, item: unknown): string {
  if (granularity === 'set') return `v:${JSON.stringify(item)}`;
  const { keys } = planOf(schema);
  let text = 'k:{';
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]!;
    const value = isObject(item) ? (own(item, key) ?? schema.items?.properties.get(key)?.schema.default) : undefined;
    if (value === undefined || value === null) {
      // Of several keys some may be absent.
      if (keys.length > 1 && isObject(item) && keys.some((each) => own(item, each) !== undefined)) continue;
      const named = keys.map((each) => JSON.stringify(each)).join(', ');
      throw new KeyError(`associative list with keys has an element that omits key field ${named}`);
    }
    text += `${text.length > 3 ? ',' : ''}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

/** Whether two elements are the same one, by their keys. */
export function alike(schema: LinkedSchema, granularity: Granularity, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (granularity === 'set' || !isObject(a) || !isObject(b)) return false;
  return planOf(schema).keys.every((key) => own(a, key) === own(b, key));
}

/** The elements of a list in its order; undefined when two are the same or one has no keys, which stored lists may have. */
export function elementsOf(
  schema: LinkedSchema,
  granularity: Granularity,
  list: readonly unknown[],
): Map<string, unknown> | undefined {
  const elements = new Map<string, unknown>();
  try {
    for (const item of list) elements.set(elementOf(schema, granularity, item), item);
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
  return elements.size === list.length ? elements : undefined;
}

/** `.spec.ports[port=80,protocol="TCP"]`, as upstream's messages show paths. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  try {
    const keys = Object.entries(JSON.parse(rest) as Json);
    return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
  } catch {
    return `[${rest}]`;
  }
}
