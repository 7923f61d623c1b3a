/** How many nodes a rolling update may be without a pod, or with two. Pure. */
import type { DaemonSet } from '../../client/resources.ts';
import { scaledIntOrPercent } from '../../meta/int-or-string.ts';

/** Both of `desired` nodes, rounded up; one node may be without when neither allows anything. */
export function updateLimits(set: DaemonSet, desired: number): { maxSurge: number; maxUnavailable: number } {
  const maxSurge = maxSurgeOf(set, desired);
  const unavailable = set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const maxUnavailable = isRollingUpdate(set) ? scaledIntOrPercent(unavailable, desired, true) : 0;
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? Math.min(1, desired) : maxUnavailable };
}

export function maxSurgeOf(set: DaemonSet, desired: number): number {
  if (!isRollingUpdate(set)) return 0;
  return scaledIntOrPercent(set.spec?.updateStrategy?.rollingUpdate?.maxSurge ?? 0, desired, true);
}

export function isRollingUpdate({ spec }: DaemonSet): boolean {
  return spec?.updateStrategy?.type !== 'OnDelete';
}
