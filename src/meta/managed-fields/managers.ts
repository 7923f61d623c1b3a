/** Whose fields are whose: metadata.managedFields as the owners of sets of fields. */
import type { ManagedFieldsEntry } from '../object.ts';
import { type FieldSet, isEmpty, isFieldSet, union } from './field-set.ts';

export type Operation = 'Apply' | 'Update';

export interface Manager {
  manager: string;
  operation: Operation;
  /** Group and version in which the fields are named. */
  apiVersion: string;
  /** '' for the object itself. */
  subresource: string;
}

/** One entry, with a set that was checked. */
export type Owner = ManagedFieldsEntry & { fieldsV1: FieldSet };

/** Upstream's name of whoever names no manager. */
const UNKNOWN = 'unknown';

export function ownerOf({ manager, operation, apiVersion, subresource }: Manager, time: string, set: FieldSet): Owner {
  return {
    manager: manager === '' ? UNKNOWN : manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: set,
    ...(subresource === '' ? {} : { subresource }),
  };
}

/** An applier is the same in all versions. */
export function isBy(entry: ManagedFieldsEntry, by: Manager): boolean {
  return (
    entry.operation === by.operation &&
    entry.manager === (by.manager === '' ? UNKNOWN : by.manager) &&
    (entry.subresource ?? '') === by.subresource &&
    (by.operation === 'Apply' || entry.apiVersion === by.apiVersion)
  );
}

/** Entries that a client sent, when they can be understood. */
export function readOwners(entries: readonly ManagedFieldsEntry[] | undefined): readonly Owner[] | undefined {
  if (entries === undefined || entries.length === 0) return undefined;
  const readable = entries.every(
    ({ operation, fieldsType, fieldsV1 }) =>
      (operation === 'Apply' || operation === 'Update') &&
      (fieldsType === undefined || fieldsType === 'FieldsV1') &&
      isFieldSet(fieldsV1),
  );
  return readable ? (entries as readonly Owner[]) : undefined;
}

/** Whether a client asks for all owners to be forgotten: `[{}]`. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  return entries?.length === 1 && Object.keys(entries[0] as object).length === 0;
}

/** Without those that own nothing, capped, in upstream's order: appliers first, then by time and name. */
export function arranged(owners: readonly Owner[]): Owner[] {
  return capped(owners.filter((owner) => !isEmpty(owner.fieldsV1))).sort(byOrder);
}

function byOrder(a: Owner, b: Owner): number {
  for (const field of ['operation', 'time', 'manager', 'apiVersion', 'subresource'] as const) {
    const [one, other] = [a[field] ?? '', b[field] ?? ''];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** Owners by updates that are kept apart; older ones become one owner for each version. */
const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

function capped(owners: Owner[]): Owner[] {
  const updaters = owners.filter((owner) => owner.operation === 'Update');
  let over = updaters.length - MAX_UPDATERS;
  if (over <= 0) return owners;
  const gone = new Set<Owner>();
  const oldest = new Map<string, Owner>();
  const buckets = new Map<string, Owner>();
  for (const owner of updaters.sort(byOrder)) {
    if (over === 0) break;
    const version = owner.apiVersion ?? '';
    const first = buckets.get(version) ?? oldest.get(version);
    if (first === undefined) {
      oldest.set(version, owner);
      continue;
    }
    gone.add(first).add(owner);
    const by: Manager = { manager: ANCIENT, operation: 'Update', apiVersion: version, subresource: '' };
    buckets.set(version, ownerOf(by, owner.time ?? '', union(first.fieldsV1, owner.fieldsV1)));
    over -= 1;
  }
  return [...owners.filter((owner) => !gone.has(owner)), ...buckets.values()];
}
