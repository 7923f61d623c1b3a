/** Makes and removes the pods of a ReplicaSet or ReplicationController. */
import { PODS, type Pod } from '../../client/resources.ts';
import { controllerOf } from '../../meta/object.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { all, createPod, deletePod, podOfTemplate } from '../shared/pod-control.ts';
import { isPodActive } from '../shared/pods.ts';
import { rankForDeletion } from '../shared/rank.ts';
import { slowStart } from '../shared/slow-start.ts';
import type { Replicated, ReplicatedKind } from './kinds.ts';

/** At most this many pods are made or removed in one pass. */
const BURST = 500;

/** Brings the number of active pods to spec.replicas. Throws the first failure after trying what was worth trying. */
export async function manageReplicas(
  context: ReconcileContext,
  { resource }: ReplicatedKind,
  owner: Replicated,
  active: readonly Pod[],
): Promise<void> {
  const missing = (owner.spec?.replicas ?? 1) - active.length;
  if (missing > 0) {
    const wanted = Array.from({ length: Math.min(missing, BURST) }, () => owner);
    await slowStart(wanted, () => createPod(context, owner, podOfTemplate(owner, resource, owner.spec?.template)));
  }
  if (missing < 0) await deletePods(context, owner, active, Math.min(-missing, BURST));
}

async function deletePods(
  context: ReconcileContext,
  owner: Replicated,
  active: readonly Pod[],
  count: number,
): Promise<void> {
  const related = count < active.length ? await relatedPods(context, owner, active) : active;
  const doomed = rankForDeletion(active, related, context.now()).slice(0, count);
  await all(doomed, (pod) => deletePod(context, owner, pod));
}

/** Active pods of all ReplicaSets that have this one's controller: old and new pods of one Deployment. */
async function relatedPods(
  { client, ownership }: ReconcileContext,
  replicaSet: Replicated,
  own: readonly Pod[],
): Promise<readonly Pod[]> {
  const owner = controllerOf(replicaSet);
  if (owner === undefined) return own;
  const siblings = (await ownership.dependents(owner.uid))
    .map(({ object }) => object)
    .filter((object) => controllerOf(object)?.uid === owner.uid)
    .map((object) => object.metadata.uid);
  const pods = await client.list(PODS, { namespace: replicaSet.metadata.namespace ?? '' });
  return pods.items.filter((pod) => isPodActive(pod) && siblings.includes(controllerOf(pod)?.uid));
}
