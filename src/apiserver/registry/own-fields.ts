/** The stage of a write that says who owns which fields (metadata.managedFields). */
import { deepEqual } from '../../meta/equal.ts';
import { isReset, type Manager, type Owner, readOwners } from '../../meta/managed-fields/managers.ts';
import { recordUpdate } from '../../meta/managed-fields/update.ts';
import { apiVersionOf, type ManagedFieldsEntry, timestamp, type UnknownObject } from '../../meta/object.ts';
import { link } from '../../meta/schema/link.ts';
import type { ResourceDefinition, StrategyContext } from './contract.ts';
import { hasStatus, type Through } from './subresource.ts';
import type { Draft, Writing } from './writing.ts';

/**
 * Gives what the draft changes of the old object to the manager of the request: what was applied, or what differs. The
 * owners that a client sent with the object itself count, as those that it read; through a subresource they do not.
 */
export function ownFields(writing: Writing, context: StrategyContext, by: Through, draft: Draft): void {
  const { metadata } = draft.object;
  const owners = draft.owners === undefined ? recorded(writing, context, by, draft) : applied(draft, draft.owners);
  if (owners === undefined || owners.length === 0) delete metadata.managedFields;
  else metadata.managedFields = owners as ManagedFieldsEntry[];
}

/** The manager that a write is of, in the object's own version. */
export function managerOf({ scope, options, subresource }: Writing, operation: Manager['operation']): Manager {
  const { group, version } = scope.definition;
  return { manager: options.fieldManager, operation, apiVersion: apiVersionOf(group, version), subresource };
}

function recorded(
  writing: Writing,
  context: StrategyContext,
  by: Through,
  { object, old }: Draft,
): readonly ManagedFieldsEntry[] | undefined {
  const stored = old?.metadata.managedFields as Owner[] | undefined;
  // Upstream's bindings and evictions own nothing.
  if (by?.by === 'action') return stored;
  const given = writing.subresource === '' ? object.metadata.managedFields : undefined;
  if (isReset(given)) return undefined;
  const { definition } = writing.scope;
  return recordUpdate({
    schema: link(definition.schema, definition.definitions),
    old,
    object,
    owners: readOwners(given) ?? stored ?? [],
    by: managerOf(writing, 'Update'),
    time: timestamp(context.now),
    only: settable(definition, by, old === undefined),
  });
}

/** The fields at the top of an object, beside those that name it, that a write through `by` can set. */
export function settable(definition: ResourceDefinition, by: Through, creates: boolean): (field: string) => boolean {
  if (by?.by === 'part') {
    const tops = by.fields.map((field) => field.split('.', 1)[0]);
    return (field) => tops.includes(field) || (field === 'metadata' && by.metadata === true);
  }
  if (!hasStatus(definition) || (creates && definition.strategy.keepsStatusOnCreate === true)) return () => true;
  return (field) => field !== 'status';
}

/** An apply that changed nothing but the time at which it was made, made nothing. */
function applied({ object, old }: Draft, owners: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const before = old?.metadata.managedFields;
  if (owners === before || old === undefined || before === undefined || before.length !== owners.length) return owners;
  const sameOwners = owners.every((owner, index) => deepEqual(untimed(owner), untimed(before[index])));
  return sameOwners && deepEqual(unowned(object), unowned(old)) ? before : owners;
}

function untimed(entry: ManagedFieldsEntry | undefined): unknown {
  return { ...entry, time: '' };
}

function unowned(object: UnknownObject): unknown {
  return { ...object, metadata: { ...object.metadata, managedFields: [] } };
}
