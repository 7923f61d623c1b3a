/**
 * Counts each pod that ends exactly once, whatever crashes in between, in upstream's three steps: its uid is written to
 * the status, then its finalizer is taken away, then the uid becomes a number. Of indexed Jobs the completed index itself
 * is what cannot be counted twice. Pure.
 */
import type { Job, Pod } from '../../client/resources.ts';
import { type Assessment, type Ending, isCountable, isIndexed } from './assessment.ts';
import { judgeFailure } from './failure-policy.ts';
import { formatIndexes, has, indexesOf, total, union } from './indexes.ts';
import { completionIndex, isFailed, isTracked } from './pod-facts.ts';

export type JobStatus = NonNullable<Job['status']>;

/** More are left for the next pass, to bound the status. */
const MAX_UNCOUNTED = 500;

export interface Account {
  status: JobStatus;
  /** May lose their finalizers once the status is written. */
  counted: Pod[];
  /** More pods have ended than one status can tell. */
  more: boolean;
}

/** The first step; uids of pods that have lost their finalizers already become numbers. */
export function account(found: Assessment, ending: Ending | undefined): Account {
  const { job, spec, pods } = found;
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
  const status = settle(job.status ?? {}, tracked);
  const succeeded = new Set(status.uncountedTerminatedPods?.succeeded);
  const failed = new Set(status.uncountedTerminatedPods?.failed);
  const indexes = new Set<number>();
  const counted: Pod[] = [];
  let more = false;
  for (const pod of inOrder(found)) {
    if (!isTracked(pod) || !mayBeReleased(found, ending, pod)) continue;
    if (indexes.size + succeeded.size + failed.size >= MAX_UNCOUNTED) {
      more = true;
      break;
    }
    counted.push(pod);
    const uid = pod.metadata.uid ?? '';
    if (pod.status?.phase === 'Succeeded' && !failed.has(uid)) {
      const index = completionIndex(pod);
      if (!isIndexed(spec)) succeeded.add(uid);
      else if (index !== undefined && isCountable(spec, pod) && !has(found.completedBefore, index)) indexes.add(index);
    } else if (countsAsFailed(found, ending, pod)) failed.add(uid);
  }
  status.uncountedTerminatedPods = {
    ...(succeeded.size === 0 ? {} : { succeeded: [...succeeded] }),
    ...(failed.size === 0 ? {} : { failed: [...failed] }),
  };
  if (isIndexed(spec)) writeIndexes(found, status, indexes);
  return { status, counted, more };
}

function writeIndexes({ completedBefore, failedIndexes }: Assessment, status: JobStatus, indexes: Set<number>): void {
  const completed = union(completedBefore, indexesOf(indexes));
  status.succeeded = total(completed);
  status.completedIndexes = formatIndexes(completed);
  if (status.succeeded === 0) delete status.succeeded;
  if (status.completedIndexes === '') delete status.completedIndexes;
  if (failedIndexes !== undefined) status.failedIndexes = formatIndexes(failedIndexes);
}

/** The last step: a copy in which the uids of pods that are not `tracked` are numbers. */
export function settle(status: JobStatus, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const [heldSucceeded, heldFailed] = [succeeded, failed].map((uids) => uids.filter((uid) => tracked.has(uid)));
  const counts = {
    succeeded: (status.succeeded ?? 0) + succeeded.length - heldSucceeded!.length,
    failed: (status.failed ?? 0) + failed.length - heldFailed!.length,
  };
  const { succeeded: _, failed: __, ...rest } = status;
  return {
    ...rest,
    ...(counts.succeeded === 0 ? {} : { succeeded: counts.succeeded }),
    ...(counts.failed === 0 ? {} : { failed: counts.failed }),
    uncountedTerminatedPods: {
      ...(heldSucceeded!.length === 0 ? {} : { succeeded: heldSucceeded! }),
      ...(heldFailed!.length === 0 ? {} : { failed: heldFailed! }),
    },
  };
}

function inOrder({ spec, pods }: Assessment): readonly Pod[] {
  if (!isIndexed(spec)) return pods;
  return [...pods].sort((a, b) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1));
}

function mayBeReleased({ job, spec, lastFailures }: Assessment, ending: Ending | undefined, pod: Pod): boolean {
  if (job.metadata.deletionTimestamp !== undefined || ending !== undefined) return true;
  if (pod.status?.phase === 'Succeeded') return true;
  if (!isFailed(pod, spec)) return false;
  // It carries the number of failures until another pod of its index does.
  const index = completionIndex(pod);
  return index === undefined || lastFailures.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** When a Job fails, what still runs fails with it. */
function countsAsFailed({ spec }: Assessment, ending: Ending | undefined, pod: Pod): boolean {
  if (!isCountable(spec, pod)) return false;
  const fails = isFailed(pod, spec) || (ending !== undefined && ending.type === 'FailureTarget');
  return fails && judgeFailure(spec, pod).counts;
}
