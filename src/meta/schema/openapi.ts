/** Schemas as OpenAPI documents publish them. */
import { own } from '../own.ts';
import type { Definitions, Schema } from './types.ts';

const COMPONENTS = '#/components/schemas/';

/** The schemas directly inside of one. */
function inner(schema: Schema): Schema[] {
  return [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.not === undefined ? [] : [schema.not]),
  ];
}

/** Names of all definitions that `roots` lead to through $ref, sorted. */
export function reachableDefinitions(roots: readonly Schema[], definitions: Definitions): string[] {
  const found = new Set<string>();
  const open = [...roots];
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    open.push(...inner(schema));
    const { $ref: name } = schema;
    if (name === undefined || found.has(name)) continue;
    found.add(name);
    const target = own(definitions, name);
    if (target === undefined) throw new Error(`the schema definition ${name} is missing`);
    open.push(target);
  }
  return [...found].sort();
}

/**
 * The schema as OpenAPI v3 publishes it, as a copy: references point into `components`, and one that has siblings is
 * wrapped in allOf, because tools ignore siblings of $ref.
 */
export function toOpenApi(schema: Schema, prefix: string = COMPONENTS): Record<string, unknown> {
  const each = (schemas: readonly Schema[]) => schemas.map((one) => toOpenApi(one, prefix));
  const { $ref: name, properties, items, additionalProperties, allOf, anyOf, oneOf, not, ...rest } = schema;
  if (name !== undefined) {
    const reference = { $ref: prefix + name };
    return Object.keys(rest).length === 0 ? reference : { ...rest, allOf: [reference] };
  }
  const published: Record<string, unknown> = { ...rest };
  if (properties !== undefined) {
    published.properties = Object.fromEntries(
      Object.entries(properties).map(([key, property]) => [key, toOpenApi(property, prefix)]),
    );
  }
  if (items !== undefined) published.items = toOpenApi(items, prefix);
  if (additionalProperties !== undefined) {
    published.additionalProperties =
      typeof additionalProperties === 'object' ? toOpenApi(additionalProperties, prefix) : additionalProperties;
  }
  if (allOf !== undefined) published.allOf = each(allOf);
  if (anyOf !== undefined) published.anyOf = each(anyOf);
  if (oneOf !== undefined) published.oneOf = each(oneOf);
  if (not !== undefined) published.not = toOpenApi(not, prefix);
  return published;
}
