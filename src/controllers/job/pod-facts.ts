/** What a Job reads off one of its pods. Upstream: pkg/controller/job. */
import type { Job, Pod } from '../../client/resources.ts';
import { own } from '../../meta/own.ts';
import { isPodFinished, podCondition } from '../shared/pods.ts';

export type JobSpec = NonNullable<Job['spec']>;

/** Keeps a pod until it has been counted. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) === true;
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodFinished(pod);
}

/** A pod that is being deleted counts as failed, unless the Job waits for its end before replacing it. */
export function isFailed(pod: Pod, spec: JobSpec): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return spec.podReplacementPolicy !== 'Failed' && isTerminating(pod);
}

export function completionIndex(pod: Pod): number | undefined {
  const text = own(pod.metadata.annotations, COMPLETION_INDEX);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Failures of the index before this pod, as counted and as ignored. */
export function earlierFailures(pod: Pod): { counted: number; ignored: number } {
  const read = (name: string) => {
    const text = own(pod.metadata.annotations, name) ?? '0';
    return /^\d{1,9}$/.test(text) ? Number(text) : 0;
  };
  return { counted: read(FAILURES), ignored: read(IGNORED_FAILURES) };
}

/** Milliseconds since the epoch at which the pod ended, by the best witness there is. */
export function finishedAt(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state?.terminated?.finishedAt ?? ''),
  );
  if (ends.length > 0 && ends.every((end) => !Number.isNaN(end))) return Math.max(...ends);
  const ready = podCondition(pod, 'Ready');
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp !== undefined) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}
