/** Keeps pods with names of their own, in order. Upstream: pkg/controller/statefulset. */
import { CONTROLLER_REVISIONS, PODS, type Pod, STATEFUL_SETS, type StatefulSet } from '../../client/resources.ts';
import { controllerOf } from '../../meta/object.ts';
import { type Controller, DONE, type ObservedChange } from '../../reconcile/contract.ts';
import { childKeys, objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { adoptOrphans } from '../shared/claim.ts';
import { isMember, parseName } from './identity.ts';
import { sync } from './sync.ts';

export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  watches: ['statefulsets.apps', 'controllerrevisions.apps', 'pods', 'persistentvolumeclaims'],
  keys(change) {
    if (change.resource === 'statefulsets.apps') return [objectKey(change.object)];
    if (change.resource === 'persistentvolumeclaims') return claimKeys(change);
    return childKeys(change, 'StatefulSet');
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await adoptOrphans<StatefulSet, Pod>(
        context,
        { ownerResource: STATEFUL_SETS, resource: PODS, accepts: isMember },
        selection,
      );
      await adoptOrphans(context, { ownerResource: STATEFUL_SETS, resource: CONTROLLER_REVISIONS }, selection);
      return DONE;
    }
    const { namespace, name } = splitKey(key);
    const set = await context.client.find(STATEFUL_SETS, namespace, name);
    return set === undefined ? DONE : await sync(context, set);
  },
};

/** A claim matters by its end, for which the pod after it waits. */
function claimKeys({ type, namespace, object }: ObservedChange): string[] {
  const owner = controllerOf(object);
  if (type !== 'DELETED' || owner === undefined) return [];
  if (owner.kind === 'StatefulSet') return [`${namespace}/${owner.name}`];
  const set = owner.kind === 'Pod' ? parseName(owner.name)?.set : undefined;
  return set === undefined ? [] : [`${namespace}/${set}`];
}
