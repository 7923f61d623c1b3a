/** Completes derived definitions with what the manifests of groups say of them. */
import { own } from '../meta/own.ts';
import type { Schema } from '../meta/schema/types.ts';
import { type BuiltInGroup, rootsOf } from './group.ts';

const ZERO: Readonly<Record<string, unknown>> = { string: '', integer: 0, number: 0, boolean: false };

/** `[patchStrategy, patchMergeKey]` by definition name and property, from upstream's Go types. */
export type PatchTags = Readonly<Record<string, Readonly<Record<string, readonly [strategy: string, key?: string]>>>>;

/** Adds the tags and the tables, which say more or win, to `derived` in place. Throws when a manifest names what is not there. */
export function complete(
  derived: Readonly<Record<string, Schema>>,
  tags: PatchTags,
  groups: readonly BuiltInGroup[],
): void {
  const definition = (name: string): Schema => {
    const found = own(derived, name);
    if (found === undefined) throw new Error(`a manifest names ${name}, which is not derived: npm run derive`);
    return found;
  };
  const property = (name: string, field: string): Schema => {
    const found = own(definition(name).properties, field);
    if (found === undefined) throw new Error(`an overlay names ${field} of ${name}, which has none`);
    return found;
  };
  for (const root of rootsOf(groups)) definition(root);
  for (const [name, schema] of Object.entries(derived)) addMergeRules(schema, own(tags, name));
  for (const { properties, atomicStructs } of groups.flatMap(({ mergeRules = [] }) => mergeRules)) {
    for (const [name, fields] of Object.entries(properties)) {
      for (const [field, extensions] of Object.entries(fields)) {
        const schema = property(name, field);
        Object.assign(schema, extensions);
        if (schema['x-kubernetes-list-type'] !== 'map') delete schema['x-kubernetes-list-map-keys'];
      }
    }
    for (const name of atomicStructs) definition(name)['x-kubernetes-map-type'] = 'atomic';
  }
  for (const table of groups.flatMap(({ defaults = [] }) => defaults)) {
    for (const [name, fields] of Object.entries(table)) {
      for (const [field, value] of Object.entries(fields)) property(name, field).default = value;
    }
  }
  for (const schema of Object.values(derived)) addZeroValues(schema);
}

/**
 * What the tags of Go's fields imply: a list with a merge key is a map for server-side apply too, one that is merged without
 * a key a set, and any other atomic. Where upstream's comments say otherwise, a table does.
 */
function addMergeRules(schema: Schema, tags: PatchTags[string] = {}): void {
  const { properties = {} } = schema;
  const isList = schema['x-kubernetes-group-version-kind']?.some(({ kind }) => kind.endsWith('List')) === true;
  for (const [field, property] of Object.entries(properties)) {
    const [strategy, key] = own(tags, field) ?? [];
    if (strategy !== undefined) property['x-kubernetes-patch-strategy'] = strategy;
    if (key !== undefined) property['x-kubernetes-patch-merge-key'] = key;
    if (property.type !== 'array' || (field === 'items' && isList)) continue;
    if (key !== undefined) {
      property['x-kubernetes-list-type'] = 'map';
      property['x-kubernetes-list-map-keys'] = [key];
    } else property['x-kubernetes-list-type'] = strategy?.split(',').includes('merge') === true ? 'set' : 'atomic';
  }
}

/**
 * Required scalars are their zero value when absent: upstream decodes into Go structs, where what a client leaves out and
 * what it sends empty are the same. Validation then finds them empty and says so in its own words.
 */
function addZeroValues({ required = [], properties = {} }: Schema): void {
  for (const field of required) {
    const property = own(properties, field);
    const zero = property?.type === undefined ? undefined : own(ZERO, property.type);
    if (property?.default === undefined && zero !== undefined) property!.default = zero;
  }
}
