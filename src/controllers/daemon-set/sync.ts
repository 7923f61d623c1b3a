/** One pass over a DaemonSet. */
import { DAEMON_SETS, type DaemonSet, NODES, PODS, type Pod } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import type { ReconcileContext, Result } from '../../reconcile/contract.ts';
import { claimChildren } from '../shared/claim.ts';
import { all, createPod, deletePod } from '../shared/pod-control.ts';
import { nextAvailability } from '../shared/pods.ts';
import { type History, hashOf, syncHistory, truncateHistory } from '../shared/revisions.ts';
import { slowStart } from '../shared/slow-start.ts';
import { isRollingUpdate } from './limits.ts';
import { type NodeState, nodeStates, type Plan, planPods } from './plan.ts';
import { daemonPod, isUpdated } from './pod.ts';
import { planRollingUpdate } from './rolling-update.ts';
import { daemonSetStatus } from './status.ts';

/** At most this many pods are made or deleted in one pass; each wakes the next. */
const BURST = 250;

export async function sync(context: ReconcileContext, set: DaemonSet): Promise<Result> {
  const [{ items: nodes }, history] = await Promise.all([
    context.client.list(NODES),
    syncHistory(context, set, DAEMON_SETS),
  ]);
  const hash = hashOf(history.update);
  const pods = await claimChildren(context, {
    owner: set,
    ownerResource: DAEMON_SETS,
    selector: set.spec?.selector ?? {},
    resource: PODS,
  });
  const states = nodeStates(set, nodes, pods);
  const plan = planPods(set, states, hash, context.now());
  let failure: unknown;
  try {
    await carryOut(context, set, states, plan, hash);
    await truncateHistory(context, set, history, (revision) => pods.some((pod) => isUpdated(pod, hashOf(revision))));
  } catch (error) {
    failure = error;
  }
  await writeStatus(context, set, states, history);
  if (failure !== undefined) throw failure;
  return soonest(plan.seconds, nextAvailability(pods, set.spec?.minReadySeconds ?? 0, context.now()));
}

/** A rolling update goes on from where there is nothing else to do: what was made or deleted now brings the next pass. */
async function carryOut(
  context: ReconcileContext,
  set: DaemonSet,
  states: readonly NodeState[],
  plan: Plan,
  hash: string,
): Promise<void> {
  const steady = plan.create.length + plan.delete.length === 0;
  const step = steady && isRollingUpdate(set) ? planRollingUpdate(set, states, hash, context.now()) : undefined;
  const create = step?.create.map((node) => ({ node, failures: 0 })) ?? plan.create;
  for (const pod of plan.ended) await tellOfEnd(context, set, pod);
  await slowStart(create.slice(0, BURST), ({ node, failures }) =>
    createPod(context, set, daemonPod(set, node, hash, failures)),
  );
  await all((step?.delete ?? plan.delete).slice(0, BURST), (pod) => deletePod(context, set, pod));
}

async function tellOfEnd({ events }: ReconcileContext, set: DaemonSet, pod: Pod): Promise<void> {
  const where = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${pod.spec?.nodeName ?? ''}`;
  if (pod.status?.phase === 'Failed') {
    await events.event(set, 'Warning', 'FailedDaemonPod', `Found failed ${where}, will try to kill it`);
  } else {
    await events.event(set, 'Normal', 'SucceededDaemonPod', `Found succeeded ${where}, will try to delete it`);
  }
}

async function writeStatus(
  { client, now }: ReconcileContext,
  set: DaemonSet,
  states: readonly NodeState[],
  { update, collisionCount }: History,
): Promise<void> {
  const status = daemonSetStatus(set, states, { hash: hashOf(update), collisionCount, now: now() });
  if (!semanticEqual(status, set.status)) await client.updateStatus(DAEMON_SETS, { ...set, status });
}

function soonest(seconds: number | undefined, result: Result): Result {
  if (seconds === undefined) return result;
  return { outcome: 'after', seconds: result.outcome === 'after' ? Math.min(seconds, result.seconds) : seconds };
}
