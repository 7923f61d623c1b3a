/** The definitions table: the roots and everything that they refer to. */
import type { Schema } from '../../src/meta/schema/types.ts';
import { addFormats } from './formats.ts';
import { NEWER_THAN_SERVED } from './newer-than-served.ts';
import { indexDeclarations, type PackageSource, readType } from './package-types.ts';
import { toDefinition } from './to-schema.ts';
import { SPELLED_OUT } from './well-known.ts';

/** Sorted by name. Throws when a root is not in the package, or an exclusion no longer matches anything. */
export async function deriveDefinitions(
  source: PackageSource,
  roots: readonly string[],
): Promise<Record<string, Schema>> {
  const index = indexDeclarations(source);
  const nameOfAlias = new Map([...index].map(([name, at]) => [at.alias, name]));
  const definitions = new Map<string, Schema>();
  const pending = roots.flatMap((root) => (index.has(`${root}List`) ? [root, `${root}List`] : [root]));
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (definitions.has(name)) continue;
    const at = index.get(name);
    if (at === undefined) throw new Error(`the package declares no ${name}`);
    const type = readType(name, at, nameOfAlias);
    const schema = withReferences(name, withoutNewer(name, toDefinition(type)));
    definitions.set(name, schema);
    await addFormats(schema, type.validatorFile);
    pending.push(...referencesOf(schema));
  }
  return Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutNewer(name: string, schema: Schema): Schema {
  for (const property of NEWER_THAN_SERVED[name] ?? []) {
    if (schema.properties?.[property] === undefined) throw new Error(`${name} has no ${property} to leave out`);
    delete schema.properties[property];
  }
  return schema;
}

function withReferences(name: string, schema: Schema): Schema {
  for (const [property, reference] of Object.entries(SPELLED_OUT[name] ?? {})) {
    const list = schema.properties?.[property];
    if (list?.items?.properties === undefined) throw new Error(`${name} does not spell out ${property}`);
    list.items = { $ref: reference };
  }
  return schema;
}

function referencesOf(schema: Schema): string[] {
  const nested = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ];
  return [...(schema.$ref === undefined ? [] : [schema.$ref]), ...nested.flatMap(referencesOf)];
}
