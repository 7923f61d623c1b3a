/** What upstream's pkg/api/v1/pod says of a pod's condition. */
import type { Pod } from '../../client/resources.ts';
import { DONE, type Result } from '../../reconcile/contract.ts';

type PodCondition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Succeeded or Failed: it never runs again. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Neither finished nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Seconds until a ready pod counts as available: 0 when it does; undefined when it is not ready. */
export function secondsToAvailable(pod: Pod, minReadySeconds: number, now: Date): number | undefined {
  if (!isPodReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(podCondition(pod, 'Ready')?.lastTransitionTime ?? '');
  return Number.isNaN(since) ? undefined : Math.max(0, since / 1000 + minReadySeconds - now.getTime() / 1000);
}

export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Date): boolean {
  return secondsToAvailable(pod, minReadySeconds, now) === 0;
}

/** A ready pod becomes available by time alone: look again when the next one does. */
export function nextAvailability(pods: readonly Pod[], minReadySeconds: number, now: Date): Result {
  const waits = pods
    .map((pod) => secondsToAvailable(pod, minReadySeconds, now))
    .filter((seconds) => seconds !== undefined && seconds > 0);
  return waits.length === 0 ? DONE : { outcome: 'after', seconds: Math.min(...(waits as number[])) };
}
