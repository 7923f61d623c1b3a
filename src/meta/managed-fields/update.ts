/** What an ordinary write makes of who owns what. */
import type { UnknownObject } from '../object.ts';
import type { LinkedSchema } from '../schema/link.ts';
import { compare, type Differences } from './compare.ts';
import { difference, type FieldSet, isEmpty, union } from './field-set.ts';
import { arranged, isBy, type Manager, type Owner, ownerOf } from './managers.ts';

export interface Recorded {
  schema: LinkedSchema;
  /** Absent for a creation. */
  old: UnknownObject | undefined;
  object: UnknownObject;
  /** Before the write. */
  owners: readonly Owner[];
  by: Manager;
  /** RFC 3339. */
  time: string;
  /** Fields of the object that this way of writing may set. */
  only(field: string): boolean;
}

/**
 * The owners after a write by `by`, who owns what it added or changed, and nobody what it removed. `owners` itself where
 * it changed nothing; what nobody owned before stays so, as upstream.
 */
export function recordUpdate({ schema, old, object, owners, by, time, only }: Recorded): readonly Owner[] {
  if (old !== undefined && owners.length === 0) return owners;
  const differences = compare(schema, old as Record<string, unknown> | undefined, object, only);
  if (isEmpty(differences.changed) && isEmpty(differences.removed)) return owners;
  const previous = owners.find((owner) => isBy(owner, by));
  const others = disowned(
    owners.filter((owner) => owner !== previous),
    differences,
  );
  const mine = previous === undefined ? undefined : withoutRemoved(previous.fieldsV1, differences.removed);
  if (isEmpty(differences.changed)) {
    return arranged(
      previous === undefined || mine === undefined ? others : [...others, { ...previous, fieldsV1: mine }],
    );
  }
  const set = mine === undefined ? differences.changed : union(mine, differences.changed);
  return arranged([...others, ownerOf(by, time, set)]);
}

/** Owners without what another changed or removed. */
export function disowned(owners: readonly Owner[], { changed, removed }: Differences): Owner[] {
  return owners.map((owner) => {
    const left = withoutRemoved(difference(owner.fieldsV1, changed), removed);
    return left === owner.fieldsV1 ? owner : { ...owner, fieldsV1: left };
  });
}

function withoutRemoved(set: FieldSet, removed: FieldSet): FieldSet {
  return isEmpty(removed) ? set : difference(set, removed);
}
