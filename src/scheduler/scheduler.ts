/** The driver: reads one snapshot, plans in memory, writes what was planned. */
import type { Client } from '../client/contract.ts';
import { NODES, PODS, type Pod, SERVICES } from '../client/resources.ts';
import { controllerOf, type KubeObject, timestamp } from '../meta/object.ts';
import { isStatus, StatusError } from '../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../reconcile/contract.ts';
import { isPending, schedulingKeys } from './keys.ts';
import { type Placement, type Refusal, schedule } from './schedule.ts';
import { Snapshot } from './snapshot.ts';

/** Writes in flight at once: as many as the store joins into one transaction. */
const CONCURRENT_WRITES = 16;

const PENDING_PODS = 'spec.nodeName=,spec.schedulerName=default-scheduler';
const ASSIGNED_PODS = 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed';

interface Binding extends KubeObject {
  target: { apiVersion: string; kind: string; name: string };
}

/** Places pods on nodes: all pending pods of a tenant as one batch, whatever their number. */
export const scheduler: Controller = {
  name: 'kube-scheduler',
  eventSource: 'default-scheduler',
  watches: ['pods', 'nodes'],
  keys: schedulingKeys,
  reconcile,
};

async function reconcile(context: ReconcileContext): Promise<Result> {
  const { client, signal } = context;
  // Most wake-ups are for room that nobody waits for: ask for that before reading everything.
  const pending = (await client.list(PODS, { fieldSelector: PENDING_PODS })).items.filter(isPending);
  if (pending.length === 0) return DONE;
  const plan = schedule(pending, await readSnapshot(client, pending));

  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  const unfinished = await inParallel(
    [
      ...plan.placements.map((placement) => () => attempt(() => bind(context, placement))),
      ...plan.refusals.map((refusal) => () => attempt(() => refuse(context, refusal))),
    ],
    signal,
  );
  // What failed is tried again, with backoff, against a new snapshot; the rest of the batch is done.
  if (failures.length > 0) throw failures[0];
  return unfinished ? { outcome: 'after', seconds: 0 } : DONE;
}

async function readSnapshot(client: Client, pending: readonly Pod[]): Promise<Snapshot> {
  const needsServices = pending.some((pod) => controllerOf(pod) === undefined);
  const [nodes, assigned, services] = await Promise.all([
    client.list(NODES),
    client.list(PODS, { fieldSelector: ASSIGNED_PODS }),
    needsServices ? client.list(SERVICES) : { items: [] },
  ]);
  return new Snapshot(nodes.items, assigned.items, services.items);
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
  await events.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
}

/** Says once, in the pod's condition and an event, why it fits nowhere; again only when that changes. */
async function refuse(
  { client, events, now }: ReconcileContext,
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
  await events.event(pod, 'Warning', 'FailedScheduling', message);
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
