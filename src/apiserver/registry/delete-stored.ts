/** When an object that is being deleted may go, and its removal from the store. */
import type { UnknownObject } from '../../meta/object.ts';
import type { StoredObject, WriteOutcome } from '../storage/contract.ts';
import type { RegistryDeps, Scope } from './context.ts';
import type { ResourceDefinition } from './contract.ts';
import { writeOne } from './outcome.ts';
import type { Passed } from './writing.ts';

/** Whether anything but a grace period still holds the object. */
export function isHeld({ strategy }: ResourceDefinition, object: UnknownObject): boolean {
  return (object.metadata.finalizers?.length ?? 0) > 0 || strategy.isHeld?.(object) === true;
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
