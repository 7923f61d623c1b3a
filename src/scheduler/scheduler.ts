/** The driver: brings its picture of the cluster up to date, plans in memory, writes what was planned. */
import type { Client } from '../client/contract.ts';
import { PODS, type Pod, SERVICES, type Service } from '../client/resources.ts';
import { controllerOf, type KubeObject, timestamp } from '../meta/object.ts';
import { isStatus, StatusError } from '../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../reconcile/contract.ts';
import type { Cluster } from './cluster.ts';
import { type ClusterCache, createClusterCache, withCluster } from './clusters.ts';
import { isPending, schedulingKeys, WATCHED } from './keys.ts';
import { type Placement, type Plan, type Refusal, schedule } from './schedule.ts';
import { Snapshot } from './snapshot.ts';

/** Writes in flight at once: as many as the store joins into one transaction. */
const CONCURRENT_WRITES = 16;

interface Binding extends KubeObject {
  target: { apiVersion: string; kind: string; name: string };
}

/**
 * Pods planned at once: between two batches the process serves others, and what has changed meanwhile, an urgent pod
 * among it, counts for the next.
 */
const BATCH = 64;

/** Places pods on nodes: all pending pods of a tenant are one piece of work, whatever their number. */
export function createScheduler(cache: ClusterCache = createClusterCache()): Controller {
  return {
    name: 'kube-scheduler',
    eventSource: 'default-scheduler',
    watches: WATCHED,
    keys: schedulingKeys,
    reconcile: (context) => withCluster(cache, context, (cluster, refresh) => placeAll(context, cluster, refresh)),
  };
}

async function placeAll(context: ReconcileContext, first: Cluster, refresh: () => Promise<Cluster>): Promise<Result> {
  const { signal } = context;
  const failures: unknown[] = [];
  const tried = new Set<string | undefined>();
  for (let cluster = first; ; cluster = await refresh()) {
    const waiting = [...cluster.pending.values()].filter(({ metadata }) => !tried.has(metadata.uid));
    // Most wake-ups are for room that nobody waits for.
    if (waiting.length === 0) break;
    const snapshot = new Snapshot(cluster, await servicesFor(context.client, waiting));
    const plan = planBatch(waiting, snapshot);
    for (const { pod } of [...plan.placements, ...plan.refusals]) tried.add(pod.metadata.uid);
    const unfinished = await carryOut(context, plan, (error) => failures.push(error));
    if (unfinished || signal.aborted) return { outcome: 'after', seconds: 0 };
  }
  // What failed is tried again, with backoff, against a newer cluster; the rest is done.
  if (failures.length > 0) throw failures[0];
  return DONE;
}

function planBatch(waiting: readonly Pod[], snapshot: Snapshot): Plan {
  try {
    return schedule(waiting, snapshot, { enough: (planned) => planned >= BATCH });
  } finally {
    snapshot.forget();
  }
}

/** True when some of it was not begun. */
function carryOut(context: ReconcileContext, plan: Plan, onFailure: (error: unknown) => void): Promise<boolean> {
  const attempt = (work: () => Promise<void>) => () => work().catch(onFailure);
  return inParallel(
    [
      ...plan.placements.map((placement) => attempt(() => bind(context, placement))),
      ...plan.refusals.map((refusal) => attempt(() => refuse(context, refusal))),
    ],
    context.signal,
  );
}

async function servicesFor(client: Client, pending: readonly Pod[]): Promise<readonly Service[]> {
  if (pending.every((pod) => controllerOf(pod) !== undefined)) return [];
  return (await client.list(SERVICES)).items;
}

async function bind(context: ReconcileContext, { pod, node }: Placement): Promise<void> {
  const { client, events } = context;
  const { name = '', namespace = '', uid } = pod.metadata;
  const binding: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  };
  try {
    await client.createSubresource(PODS, namespace, name, 'binding', binding);
  } catch (error) {
    if (await isOvertaken(client, pod, error)) return;
    // An answer about this pod, unlike an outage, is for its owner to see.
    if (error instanceof StatusError && error.code < 500 && error.reason !== 'Conflict') {
      await refuse(context, { pod, message: `binding rejected: ${error.message}` }, 'SchedulerError');
    }
    throw error;
  }
  context.defer(() =>
    events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`),
  );
}

/** Says once, in the pod's condition and an event, why it fits nowhere; again only when that changes. */
async function refuse(
  { client, defer, events, now }: ReconcileContext,
  { pod, message }: Refusal,
  reason = 'Unschedulable',
): Promise<void> {
  const { name = '', namespace = '', uid, generation } = pod.metadata;
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (known?.status === 'False' && known.reason === reason && known.message === message) return;
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : timestamp(now()),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  try {
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    await client.patch(PODS, namespace, name, 'strategic', patch, 'status');
  } catch (error) {
    if (await isOvertaken(client, pod, error)) return;
    throw error;
  }
  defer(() => events.event(pod, 'Warning', 'FailedScheduling', message));
}

/**
 * Whether nothing is left to do: the pod is gone, another of its name took its place, or someone else assigned it. A
 * conflict alone does not say so: the pod may have changed in a way that wakes no scheduler.
 */
async function isOvertaken(client: Client, pod: Pod, error: unknown): Promise<boolean> {
  if (isStatus(error, 'NotFound')) return (await client.find(PODS, ...keyOf(pod))) === undefined;
  if (!isStatus(error, 'Conflict')) return false;
  const current = await client.find(PODS, ...keyOf(pod));
  return current === undefined || current.metadata.uid !== pod.metadata.uid || !isPending(current);
}

function keyOf({ metadata }: Pod): [namespace: string, name: string] {
  return [metadata.namespace ?? '', metadata.name ?? ''];
}

/** Runs all, some at a time; stops starting more when the signal aborts. True when some were not started. */
async function inParallel(work: readonly (() => Promise<void>)[], signal: AbortSignal): Promise<boolean> {
  let next = 0;
  const worker = async () => {
    while (next < work.length && !signal.aborted) await work[next++]!();
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_WRITES, work.length) }, worker));
  return next < work.length;
}
