/**
 * The one definitions table of all built-in kinds: derived from types at install time, completed with what types cannot
 * say. Loaded once a process.
 */
import { own } from '../meta/own.ts';
import type { Definitions, Schema } from '../meta/schema/types.ts';
import { appsDefaults } from './apps/defaults.ts';
import { appsMergeRules } from './apps/merge.ts';
import { authenticationMergeRules } from './authentication/merge.ts';
import { authorizationMergeRules } from './authorization/merge.ts';
import { coordinationDefaults } from './coordination/defaults.ts';
import { coreDefaults } from './core/defaults.ts';
import { coreMergeRules } from './core/merge.ts';
import { podDefaults } from './core/pod-defaults.ts';
import { podMergeRules } from './core/pod-merge.ts';
import { discoveryDefaults } from './discovery/defaults.ts';
import { discoveryMergeRules } from './discovery/merge.ts';
import { eventsDefaults } from './events/defaults.ts';
import { derivedDefinitions } from './generated/definitions.js';
import type { MergeRules, PropertyDefaults } from './merge-rules.ts';
import { metaMergeRules } from './meta/merge.ts';
import { rbacDefaults } from './rbac/defaults.ts';
import { rbacMergeRules } from './rbac/merge.ts';

const MERGE_RULES = [
  appsMergeRules,
  authenticationMergeRules,
  authorizationMergeRules,
  coreMergeRules,
  discoveryMergeRules,
  metaMergeRules,
  podMergeRules,
  rbacMergeRules,
];
const DEFAULTS = [
  appsDefaults,
  coordinationDefaults,
  coreDefaults,
  discoveryDefaults,
  eventsDefaults,
  podDefaults,
  rbacDefaults,
];

const ZERO: Readonly<Record<string, unknown>> = { string: '', integer: 0, number: 0, boolean: false };

export const definitions: Definitions = complete(derivedDefinitions, MERGE_RULES, DEFAULTS);

/** Adds the tables to `derived` in place. Throws when a table names what is not there. */
function complete(
  derived: Record<string, Schema>,
  rules: readonly MergeRules[],
  defaults: readonly PropertyDefaults[],
): Definitions {
  const definition = (name: string): Schema => {
    const found = derived[name];
    if (found === undefined) throw new Error(`an overlay names ${name}, which is not derived`);
    return found;
  };
  const property = (name: string, field: string): Schema => {
    const found = own(definition(name).properties, field);
    if (found === undefined) throw new Error(`an overlay names ${field} of ${name}, which has none`);
    return found;
  };
  for (const { properties, atomicStructs } of rules) {
    for (const [name, fields] of Object.entries(properties)) {
      for (const [field, extensions] of Object.entries(fields)) Object.assign(property(name, field), extensions);
    }
    for (const name of atomicStructs) definition(name)['x-kubernetes-map-type'] = 'atomic';
  }
  for (const table of defaults) {
    for (const [name, fields] of Object.entries(table)) {
      for (const [field, value] of Object.entries(fields)) property(name, field).default = value;
    }
  }
  for (const schema of Object.values(derived)) addZeroValues(schema);
  return derived;
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
