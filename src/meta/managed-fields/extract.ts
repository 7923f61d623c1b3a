/** The fields that an applied configuration sets. */
import type { LinkedSchema } from '../schema/link.ts';
import { elementOf, fieldSchema, granularityOf, isObject, KeyError, pathText } from './elements.ts';
import { type FieldSet, type GrowingSet, MEMBER, node, put } from './field-set.ts';

/** What is wrong with an applied configuration: `.spec.foo: field not declared in schema`. */
export class ConfigError extends Error {}

/**
 * The set of an applied configuration. Lists and maps are not in it but by what they hold. Values may be of wrong types,
 * which are taken whole. Throws ConfigError.
 */
export function fieldsOf(schema: LinkedSchema, config: unknown): FieldSet {
  return inside(schema, config, []);
}

function inside(schema: LinkedSchema | undefined, value: unknown, path: string[]): FieldSet {
  switch (granularityOf(schema, value)) {
    case 'leaf':
      return MEMBER;
    case 'fields':
      return ofFields(schema, value as Record<string, unknown>, path);
    case 'map':
      return ofList(schema as LinkedSchema, 'map', value as unknown[], path);
    case 'set':
      return ofList(schema as LinkedSchema, 'set', value as unknown[], path);
  }
}

function ofFields(schema: LinkedSchema | undefined, value: Record<string, unknown>, path: string[]): FieldSet {
  const set: GrowingSet = {};
  for (const field of Object.keys(value).sort()) {
    const each = value[field];
    if (each === undefined || each === null) continue;
    const known = fieldSchema(schema, field);
    const element = `f:${field}`;
    path.push(element);
    if (known === undefined && schema !== undefined && schema.kind === 'object' && !schema.open) {
      throw new ConfigError(`${pathText(path)}: field not declared in schema`);
    }
    const held = inside(known, each, path);
    // A field of a struct is in the set by what is in it, a key of a map itself too. An empty list sets nothing.
    const isLeaf = held === MEMBER || (isObject(each) && Object.keys(each).length === 0);
    const owned = node(isLeaf || schema?.properties.has(field) !== true, held);
    if (owned !== undefined) put(set, element, owned);
    path.pop();
  }
  return set;
}

function ofList(schema: LinkedSchema, granularity: 'map' | 'set', list: unknown[], path: string[]): FieldSet {
  const set: GrowingSet = {};
  list.forEach((item, index) => {
    let element: string;
    try {
      element = elementOf(schema, granularity, item);
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
      throw new ConfigError(`${pathText(path)}: element ${index}: ${error.message} (and doesn't have default value)`);
    }
    path.push(element);
    if (set[element] !== undefined) {
      throw new ConfigError(`${pathText(path.slice(0, -1))}: duplicate entries for key ${pathText([element])}`);
    }
    put(set, element, node(true, inside(schema.items, item, path)) ?? MEMBER);
    path.pop();
  });
  return set;
}
