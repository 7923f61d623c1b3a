/** When an object that is being deleted may go, and its removal from the store. */
import type { UnknownObject } from '../../meta/object.ts';
import type { StoredObject, WriteOutcome } from '../storage/contract.ts';
import type { RegistryDeps, Scope } from './context.ts';
import type { ResourceDefinition } from './contract.ts';
import type { Passed } from './door.ts';
import { writeOne } from './outcome.ts';

/** Namespaces are kept by spec.finalizers too, until their content is gone. */
export function isNamespace(definition: ResourceDefinition): boolean {
  return definition.group === '' && definition.resource === 'namespaces';
}

/** Whether anything but a grace period still holds the object. */
export function isHeld(definition: ResourceDefinition, object: UnknownObject): boolean {
  if ((object.metadata.finalizers?.length ?? 0) > 0) return true;
  if (!isNamespace(definition)) return false;
  const spec = object.spec as { finalizers?: string[] } | undefined;
  return (spec?.finalizers?.length ?? 0) > 0;
}

/**
 * Whether this update releases an object whose deletion began before it: nothing holds it any more, and its grace period
 * is over (upstream's ShouldDeleteDuringUpdate).
 */
export function isReadyToDelete(definition: ResourceDefinition, object: UnknownObject, old: UnknownObject): boolean {
  if (old.metadata.deletionTimestamp === undefined || isHeld(definition, object)) return false;
  return (old.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

export async function deleteStored(
  deps: RegistryDeps,
  scope: Scope,
  passed: Passed,
  stored: StoredObject,
  dryRun: boolean,
): Promise<WriteOutcome> {
  if (dryRun) return { result: 'ok', revision: stored.revision };
  return writeOne(deps, scope, passed, {
    op: 'delete',
    resource: stored.resource,
    namespace: stored.namespace,
    name: stored.name,
    uid: stored.uid,
    expectedRevision: stored.revision,
  });
}
