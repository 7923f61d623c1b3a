/** Keeps as many pods of a template as a ReplicaSet asks for. Upstream: pkg/controller/replicaset. */
import { PODS, type Pod, REPLICA_SETS, type ReplicaSet } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { childKeys, objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { adoptOrphans, claimChildren } from '../shared/claim.ts';
import { isPodActive, secondsToAvailable } from '../shared/pods.ts';
import { manageReplicas } from './pods.ts';
import { replicaSetStatus } from './status.ts';

export const replicaSetController: Controller = {
  name: 'replicaset-controller',
  watches: ['replicasets.apps', 'pods'],
  keys(change) {
    if (change.resource === 'replicasets.apps') return [objectKey(change.object)];
    return childKeys(change, 'ReplicaSet');
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await adoptOrphans(context, { ownerResource: REPLICA_SETS, resource: PODS }, selection);
      return DONE;
    }
    const { namespace, name } = splitKey(key);
    const replicaSet = await context.client.find(REPLICA_SETS, namespace, name);
    return replicaSet === undefined ? DONE : await sync(context, replicaSet);
  },
};

async function sync(context: ReconcileContext, replicaSet: ReplicaSet): Promise<Result> {
  const pods = await claimChildren(context, {
    owner: replicaSet,
    ownerResource: REPLICA_SETS,
    selector: replicaSet.spec?.selector ?? {},
    resource: PODS,
  });
  const active = pods.filter(isPodActive);
  let failure: Error | undefined;
  if (replicaSet.metadata.deletionTimestamp === undefined) {
    failure = await manageReplicas(context, replicaSet, active).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  }
  const status = replicaSetStatus(replicaSet, active, failure, context.now());
  if (!semanticEqual(status, replicaSet.status)) {
    await context.client.updateStatus(REPLICA_SETS, { ...replicaSet, status });
  }
  if (failure !== undefined) throw failure;
  return nextAvailability(replicaSet, active, context.now());
}

/** A ready pod becomes available by time alone: look again when the next one does. */
function nextAvailability(replicaSet: ReplicaSet, active: readonly Pod[], now: Date): Result {
  const waits = active
    .map((pod) => secondsToAvailable(pod, replicaSet.spec?.minReadySeconds ?? 0, now))
    .filter((seconds) => seconds !== undefined && seconds > 0);
  return waits.length === 0 ? DONE : { outcome: 'after', seconds: Math.min(...(waits as number[])) };
}
