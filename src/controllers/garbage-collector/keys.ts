/**
 * What the garbage collector looks at. An owner's key coalesces the checks of all its dependents: a hundred new pods of
 * one ReplicaSet ask once whether it exists.
 */
import type { KubeObject, OwnerReference } from '../../meta/object.ts';
import type { Key, ObservedChange } from '../../reconcile/contract.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export type Target =
  /** The owner may be gone, or waiting for its dependents. */
  | { kind: 'owner'; uid: string; apiVersion: string; ownerKind: string; namespace: string; name: string }
  /** An object of this uid is gone. */
  | { kind: 'absent'; uid: string }
  /** An object is being deleted and has a finalizer of the garbage collector. */
  | { kind: 'object'; resource: string; namespace: string; name: string };

export function targetKey(target: Target): Key {
  return JSON.stringify(Object.values(target));
}

export function parseTarget(key: Key): Target {
  const [kind, ...rest] = JSON.parse(key) as string[];
  const [a = '', b = '', c = '', d = '', e = ''] = rest;
  if (kind === 'absent') return { kind, uid: a };
  if (kind === 'object') return { kind, resource: a, namespace: b, name: c };
  return { kind: 'owner', uid: a, apiVersion: b, ownerKind: c, namespace: d, name: e };
}

export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true;
}

/** The targets that a change gives cause to look at. Pure. */
export function targetsOf(change: ObservedChange): Target[] {
  const { object, previous, type, namespace } = change;
  const { uid } = object.metadata;
  const owners = (references: readonly OwnerReference[]): Target[] =>
    references.map((reference) => ({
      kind: 'owner',
      uid: reference.uid,
      apiVersion: reference.apiVersion,
      ownerKind: reference.kind,
      namespace,
      name: reference.name,
    }));
  const references = object.metadata.ownerReferences ?? [];
  // Owners that wait for this dependent may go on.
  if (type === 'DELETED')
    return [...(uid === undefined ? [] : [{ kind: 'absent', uid } as const]), ...owners(references)];

  const targets: Target[] = [];
  if (isDeleting(object) && (hasFinalizer(object, FOREGROUND) || hasFinalizer(object, ORPHAN))) {
    targets.push({ kind: 'object', resource: change.resource, namespace, name: change.name });
  }
  const before = previous?.metadata.ownerReferences ?? [];
  if (JSON.stringify(before) !== JSON.stringify(references)) targets.push(...owners([...before, ...references]));
  return targets;
}
