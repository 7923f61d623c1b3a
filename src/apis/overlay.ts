/** Completes derived definitions with what the manifests of groups say of them. */
import { own } from '../meta/own.ts';
import type { Schema } from '../meta/schema/types.ts';
import { type BuiltInGroup, rootsOf } from './group.ts';

const ZERO: Readonly<Record<string, unknown>> = { string: '', integer: 0, number: 0, boolean: false };

/** Adds the tables to `derived` in place. Throws when a manifest names what is not there. */
export function complete(derived: Readonly<Record<string, Schema>>, groups: readonly BuiltInGroup[]): void {
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
  for (const { properties, atomicStructs } of groups.flatMap(({ mergeRules = [] }) => mergeRules)) {
    for (const [name, fields] of Object.entries(properties)) {
      for (const [field, extensions] of Object.entries(fields)) Object.assign(property(name, field), extensions);
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
