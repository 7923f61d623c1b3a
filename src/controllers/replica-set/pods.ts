/** Makes and removes a ReplicaSet's pods. */
import { PODS, type Pod, REPLICA_SETS, type ReplicaSet } from '../../client/resources.ts';
import { controllerOf } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { controllerReference } from '../shared/claim.ts';
import { isPodActive } from '../shared/pods.ts';
import { rankForDeletion } from '../shared/rank.ts';
import { slowStart } from '../shared/slow-start.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';

/** At most this many pods are made or removed in one pass. */
const BURST = 500;

/** A pod of the template, owned by the ReplicaSet; the API server completes its name. */
export function podOf(replicaSet: ReplicaSet): Pod {
  const template = replicaSet.spec?.template;
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${replicaSet.metadata.name}-`,
      namespace: replicaSet.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(replicaSet, REPLICA_SETS)],
    },
    ...(template?.spec === undefined ? {} : { spec: structuredClone(template.spec) }),
  };
}

/** Brings the number of active pods to spec.replicas. Throws the first failure after trying what was worth trying. */
export async function manageReplicas(
  context: ReconcileContext,
  replicaSet: ReplicaSet,
  active: readonly Pod[],
): Promise<void> {
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing > 0) {
    const indexes = [...Array(Math.min(missing, BURST)).keys()];
    await slowStart(indexes, () => createPod(context, replicaSet));
  }
  if (missing < 0) await deletePods(context, replicaSet, active, Math.min(-missing, BURST));
}

async function createPod({ client, events }: ReconcileContext, replicaSet: ReplicaSet): Promise<void> {
  try {
    const pod = await client.create(PODS, podOf(replicaSet));
    await events.event(replicaSet, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    await events.event(replicaSet, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
}

async function deletePods(
  context: ReconcileContext,
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  count: number,
): Promise<void> {
  const { client, events } = context;
  const related = count < active.length ? await relatedPods(context, replicaSet, active) : active;
  const doomed = rankForDeletion(active, related, context.now()).slice(0, count);
  const results = await Promise.allSettled(
    doomed.map(async ({ metadata: { namespace = '', name = '', uid } }) => {
      try {
        await client.delete(PODS, namespace, name, { preconditions: uid === undefined ? {} : { uid } });
        await events.event(replicaSet, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      } catch (error) {
        if (isStatus(error, 'NotFound')) return;
        await events.event(replicaSet, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
        throw error;
      }
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Active pods of all ReplicaSets that have this one's controller: old and new pods of one Deployment. */
async function relatedPods(
  { client, ownership }: ReconcileContext,
  replicaSet: ReplicaSet,
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
