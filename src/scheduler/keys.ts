/** Which changes are worth a scheduling pass (upstream's queueing hints, in one place). Pure. */
import type { Node, Pod } from '../client/resources.ts';
import { semanticEqual } from '../meta/equal.ts';
import type { Key, ObservedChange } from '../reconcile/contract.ts';

/** All pending pods of a tenant are one piece of work. */
export const PENDING: Key = 'pending';

const HINTS = new Map<string, (change: ObservedChange) => boolean>([
  ['pods', (change) => podMatters(change, change.object as Pod, change.previous as Pod | undefined)],
  ['nodes', (change) => nodeMatters(change, change.object as Node, change.previous as Node | undefined)],
]);

/** What the scheduler watches. */
export const WATCHED = [...HINTS.keys()];

export function schedulingKeys(change: ObservedChange): Key[] {
  return HINTS.get(change.resource)?.(change) === true ? [PENDING] : [];
}

/** A pod that this scheduler is to place: its own, without node, not held back by gates, not on its way out. */
export function isPending(pod: Pod): boolean {
  const { spec, status, metadata } = pod;
  return (
    (spec?.nodeName ?? '') === '' &&
    (spec?.schedulerName ?? 'default-scheduler') === 'default-scheduler' &&
    (spec?.schedulingGates ?? []).length === 0 &&
    metadata.deletionTimestamp === undefined &&
    !isFinished(status?.phase)
  );
}

export function isFinished(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function podMatters({ type }: ObservedChange, pod: Pod, previous: Pod | undefined): boolean {
  const assigned = (pod.spec?.nodeName ?? '') !== '';
  if (!assigned) {
    if (type === 'DELETED' || !isPending(pod)) return false;
    // Its own PodScheduled condition must not wake the scheduler that wrote it.
    return previous === undefined || !semanticEqual(pod.spec, previous.spec) || !sameLabels(pod, previous);
  }
  // Room is freed when a pod goes, finishes, or comes to ask for less.
  if (type === 'DELETED') return !isFinished(pod.status?.phase);
  if (previous === undefined) return false;
  if (isFinished(pod.status?.phase)) return !isFinished(previous.status?.phase);
  return (previous.spec?.nodeName ?? '') !== '' && !semanticEqual(requestsOf(pod), requestsOf(previous));
}

/** Heartbeats and conditions do not matter: what a condition means for scheduling is told by a taint. */
function nodeMatters({ type }: ObservedChange, node: Node, previous: Node | undefined): boolean {
  if (type === 'DELETED') return false;
  return previous === undefined || !semanticEqual(schedulable(node), schedulable(previous));
}

function schedulable(node: Node) {
  return [
    node.spec?.unschedulable ?? false,
    node.spec?.taints?.map(({ key, value, effect }) => ({ key, value, effect })),
    node.metadata.labels,
    node.status?.allocatable,
  ];
}

function requestsOf({ spec }: Pod) {
  return [
    spec?.resources?.requests,
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ resources }) => resources?.requests),
  ];
}

function sameLabels(a: Pod, b: Pod): boolean {
  return semanticEqual(a.metadata.labels, b.metadata.labels);
}
