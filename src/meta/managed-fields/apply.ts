/** Server-side apply: a configuration becomes part of an object, and its manager the owner of what it sets. */
import { cloneJson } from '../clone.ts';
import { deepEqual } from '../equal.ts';
import type { ManagedFieldsEntry, UnknownObject } from '../object.ts';
import { own } from '../own.ts';
import type { LinkedSchema } from '../schema/link.ts';
import { StatusError } from '../status-error.ts';
import { compare } from './compare.ts';
import { pathText } from './elements.ts';
import { ConfigError, fieldsOf } from './extract.ts';
import { difference, type FieldSet, intersection, isEmpty, MEMBER, pathsOf, union } from './field-set.ts';
import { arranged, isBy, type Manager, type Owner, ownerOf } from './managers.ts';
import { holds, merge, removeDropped } from './merge.ts';
import { disowned } from './update.ts';

export interface Applied {
  schema: LinkedSchema;
  /** Absent for a creation. */
  live: UnknownObject | undefined;
  owners: readonly Owner[];
  config: UnknownObject;
  /** What the configuration sets, by `fieldsOf`. */
  set: FieldSet;
  by: Manager;
  force: boolean;
  /** RFC 3339. */
  time: string;
}

/** What is owned by nobody, whoever sends it. */
const UNOWNED: FieldSet = {
  'f:apiVersion': MEMBER,
  'f:kind': MEMBER,
  'f:metadata': {
    '.': MEMBER,
    'f:clusterName': MEMBER,
    'f:creationTimestamp': MEMBER,
    'f:generation': MEMBER,
    'f:managedFields': MEMBER,
    'f:name': MEMBER,
    'f:namespace': MEMBER,
    'f:resourceVersion': MEMBER,
    'f:selfLink': MEMBER,
    'f:uid': MEMBER,
  },
};
const BEFORE_FIRST_APPLY = 'before-first-apply';
const KUBECTL = 'kubectl';
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const ALL = () => true;

/** What a configuration will own. Throws ConfigError. */
export function ownedBy(schema: LinkedSchema, config: unknown): FieldSet {
  return difference(fieldsOf(schema, config), UNOWNED);
}

/** The object with the configuration applied, without managedFields, and the owners then. Throws 409 with each conflict as a cause. */
export function apply(applied: Applied): { object: UnknownObject; owners: readonly Owner[] } {
  const { schema, live, config, set, by, time } = applied;
  if (live === undefined) {
    return { object: merge(schema, {}, config) as UnknownObject, owners: arranged([ownerOf(by, time, set)]) };
  }
  const owners = applied.owners.length > 0 ? applied.owners : ownersBefore(applied);
  const last = owners.find((owner) => isBy(owner, by));
  const others = owners.filter((owner) => owner !== last);
  const { managedFields: _, ...metadata } = live.metadata;
  const bare = { ...live, metadata } as UnknownObject;
  if (last !== undefined && isRepeated(applied, last)) return { object: cloneJson(bare), owners };
  const object = merge(schema, bare, config) as UnknownObject;
  if (last !== undefined) {
    const kept = others.reduce((sum, owner) => union(sum, owner.fieldsV1), set);
    removeDropped(schema, object, last.fieldsV1, kept);
    object.metadata ??= {};
  }
  const differences = compare(schema, live, object, ALL);
  if (!applied.force) refuseConflicts(applied, others, differences.changed);
  refreshLastApplied(by, live, object, config);
  const unchanged =
    last !== undefined &&
    isEmpty(differences.changed) &&
    isEmpty(differences.removed) &&
    last.apiVersion === by.apiVersion &&
    deepEqual(last.fieldsV1, set);
  if (unchanged) return { object, owners };
  return { object, owners: arranged([...disowned(others, differences), ownerOf(by, time, set)]) };
}

/** Whether the manager applies what it applied last, and all of it is still so. */
function isRepeated({ schema, live, config, set, by }: Applied, last: Owner): boolean {
  if (last.apiVersion !== by.apiVersion || own(live?.metadata.annotations, LAST_APPLIED) !== undefined) return false;
  return deepEqual(last.fieldsV1, set) && holds(schema, live, config);
}

/** Of an object whose owners are not known, all that is in it is owned by whoever made it. */
function ownersBefore({ schema, live, by, time }: Applied): Owner[] {
  const { changed } = compare(schema, undefined, live as UnknownObject, ALL);
  return [ownerOf({ ...by, manager: BEFORE_FIRST_APPLY, operation: 'Update' }, time, changed)];
}

function refuseConflicts(applied: Applied, others: readonly Owner[], changed: FieldSet): void {
  const allowed = lastAppliedFields(applied);
  const conflicts = others.flatMap((owner) => {
    const taken = intersection(owner.fieldsV1, changed);
    return [...pathsOf(difference(taken, allowed))].map((path) => ({ owner, path: pathText(path) }));
  });
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(owner)}`,
    field: path,
  }));
  throw new StatusError(409, 'Conflict', conflictText(conflicts), { causes });
}

function conflictText(conflicts: readonly { owner: ManagedFieldsEntry; path: string }[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${ownerText(first.owner)}: ${first.path}`;
  }
  const byOwner = Map.groupBy(conflicts, ({ owner }) => ownerText(owner));
  const told = [...byOwner].map(([owner, each]) =>
    [`conflicts with ${owner}:`, ...each.map(({ path }) => `- ${path}`)].join('\n'),
  );
  return `Apply failed with ${conflicts.length} conflicts: ${told.join('\n')}`;
}

function ownerText({ manager = '', operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const named = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${named} using ${apiVersion}` : named;
}

/** kubectl takes over what it applied from the client's side before, where nobody changed it since. */
function lastAppliedFields({ schema, live, by }: Applied): FieldSet {
  const text = own(live?.metadata.annotations, LAST_APPLIED);
  if (by.manager !== KUBECTL || by.subresource !== '' || text === undefined || live === undefined) return {};
  try {
    const config = JSON.parse(text) as UnknownObject;
    const { changed, removed } = compare(schema, config, live, ALL);
    return difference(difference(fieldsOf(schema, config), changed), removed);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ConfigError || error instanceof TypeError) return {};
    throw error;
  }
}

/** The annotation of client-side apply stays what was applied last, so that going back to it stays possible. */
function refreshLastApplied(by: Manager, live: UnknownObject, object: UnknownObject, config: UnknownObject): void {
  if (by.manager !== KUBECTL || by.subresource !== '') return;
  if (own(live.metadata.annotations, LAST_APPLIED) === undefined) return;
  object.metadata.annotations = { ...object.metadata.annotations, [LAST_APPLIED]: `${JSON.stringify(config)}\n` };
}
