/** When a failed daemon pod is replaced. Pure; upstream's failedPodsBackoff, without its memory. */
import type { Pod } from '../../client/resources.ts';
import { failuresBefore, isUpdated } from './pod.ts';

const FIRST_SECONDS = 1;
const MAX_SECONDS = 15 * 60;

/** Seconds until a pod that failed may be replaced: none for the first on its node, then 1, 2, 4… to 15 minutes. */
export function secondsToReplacement(pod: Pod, hash: string, now: Date): number {
  const failures = isUpdated(pod, hash) ? failuresBefore(pod) : 0;
  if (failures === 0) return 0;
  const delay = Math.min(MAX_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures - 1, 20));
  return Math.max(0, delay - ageSeconds(pod, now));
}

/** What the replacement of a pod that failed counts. One that lived for long begins the count anew. */
export function failuresAfter(pod: Pod, hash: string, now: Date): number {
  const repeated = isUpdated(pod, hash) && ageSeconds(pod, now) < 2 * MAX_SECONDS;
  return repeated ? failuresBefore(pod) + 1 : 1;
}

function ageSeconds({ metadata }: Pod, now: Date): number {
  return (now.getTime() - Date.parse(metadata.creationTimestamp ?? now.toISOString())) / 1000;
}
