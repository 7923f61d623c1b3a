/**
 * The one definitions table of all built-in kinds: derived from types at install time, completed with what types cannot
 * say. Loaded once a process.
 */
import type { Definitions, Schema } from '../meta/schema/types.ts';
import { appsDefaults } from './apps/defaults.ts';
import { appsMergeRules } from './apps/merge.ts';
import { authenticationMergeRules } from './authentication/merge.ts';
import { authorizationMergeRules } from './authorization/merge.ts';
import { coreDefaults } from './core/defaults.ts';
import { coreMergeRules } from './core/merge.ts';
import { podDefaults } from './core/pod-defaults.ts';
import { podMergeRules } from './core/pod-merge.ts';
import { discoveryDefaults } from './discovery/defaults.ts';
import { discoveryMergeRules } from './discovery/merge.ts';
import { derivedDefinitions } from './generated/definitions.js';
import type { MergeRules, PropertyDefaults } from './merge-rules.ts';
import { metaMergeRules } from './meta/merge.ts';
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
const DEFAULTS = [appsDefaults, coreDefaults, discoveryDefaults, podDefaults];

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
    const found = definition(name).properties?.[field];
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
  return derived;
}
