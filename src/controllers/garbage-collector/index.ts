/**
 * Deletes what has lost its owners, and holds or frees owners that wait for their dependents. Upstream:
 * pkg/controller/garbagecollector, whose graph in memory is here the store's index of owner references.
 */
import { type Controller, DONE } from '../../reconcile/contract.ts';
import { collectDependents, finalize, UnknownKindsError } from './collect.ts';
import { isDeleting, parseTarget, targetKey, targetsOf } from './keys.ts';
import { findOwner } from './owners.ts';

export const garbageCollector: Controller = {
  name: 'generic-garbage-collector',
  watches: ['*'],
  keys: (change) => targetsOf(change).map(targetKey),
  async reconcile(context, key) {
    const target = parseTarget(key);
    if (target.kind === 'absent') {
      await collectDependents(context, target.uid);
      return DONE;
    }
    if (target.kind === 'owner') {
      const { apiVersion, ownerKind, name, uid, namespace } = target;
      const owner = await findOwner(context, { apiVersion, kind: ownerKind, name, uid }, namespace);
      const resource = await context.ownership.resourceOf(apiVersion, ownerKind);
      if (owner === undefined) await collectDependents(context, uid);
      else if (owner !== 'unknown' && resource !== undefined && isDeleting(owner))
        await finalize(context, resource, owner);
      return DONE;
    }
    const resource = await context.ownership.resourceNamed(target.resource);
    if (resource === undefined) throw new UnknownKindsError([target.resource]);
    const object = await context.client.find(resource, target.namespace, target.name);
    if (object !== undefined) await finalize(context, resource, object);
    return DONE;
  },
};
