/** Which pods go first when a ReplicaSet shrinks: upstream's ActivePodsWithRanks. */
import type { Pod } from '../../client/resources.ts';
import { isPodActive, isPodReady, podCondition } from './pods.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * `pods` in the order in which to delete them. `related` are the active pods of all ReplicaSets of the same owner: nodes
 * that hold more of them are relieved first.
 */
export function rankForDeletion(pods: readonly Pod[], related: readonly Pod[], now: Date): Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of related.filter(isPodActive)) {
    const node = pod.spec?.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const doubled = (pod: Pod) => perNode.get(pod.spec?.nodeName ?? '') ?? 0;
  return [...pods].sort(
    (a, b) =>
      assigned(a) - assigned(b) ||
      phaseOrder(a) - phaseOrder(b) ||
      Number(isPodReady(a)) - Number(isPodReady(b)) ||
      deletionCost(a) - deletionCost(b) ||
      doubled(b) - doubled(a) ||
      byAge(readyTime(a), readyTime(b), a, b, now) ||
      maxRestarts(b) - maxRestarts(a) ||
      byAge(a.metadata.creationTimestamp, b.metadata.creationTimestamp, a, b, now),
  );
}

function assigned(pod: Pod): number {
  return pod.spec?.nodeName ? 1 : 0;
}

function phaseOrder(pod: Pod): number {
  return ['Pending', 'Unknown', 'Running'].indexOf(pod.status?.phase ?? 'Pending');
}

/** Invalid annotations count as 0. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '0';
  return /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

function readyTime(pod: Pod): string | undefined {
  return isPodReady(pod) ? podCondition(pod, 'Ready')?.lastTransitionTime : undefined;
}

function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}

/**
 * Younger first, by the order of magnitude of their age: among pods of similar age the uid decides, which is as good as
 * chance, so that repeated scaling does not empty one failure domain. An unknown time goes first.
 */
function byAge(a: string | undefined, b: string | undefined, podA: Pod, podB: Pod, now: Date): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return magnitude(a, now) - magnitude(b, now) || ((podA.metadata.uid ?? '') < (podB.metadata.uid ?? '') ? -1 : 1);
}

/** The binary logarithm of the age in nanoseconds, as upstream's durations have. */
function magnitude(time: string, now: Date): number {
  const nanoseconds = (now.getTime() - Date.parse(time)) * 1e6;
  return nanoseconds > 0 ? Math.floor(Math.log2(nanoseconds)) : -1;
}
