/** What a Job and its pods amount to: counts, indexes, and whether it is at its end. Pure. */
import type { Job, Pod } from '../../client/resources.ts';
import { type JobConditionType, jobCondition } from '../shared/jobs.ts';
import { isPodActive, isPodReady } from '../shared/pods.ts';
import { judgeFailure } from './failure-policy.ts';
import { has, type Indexes, indexesOf, parseIndexes, total, totalInBoth, union } from './indexes.ts';
import {
  completionIndex,
  earlierFailures,
  finishedAt,
  isFailed,
  isTerminating,
  isTracked,
  type JobSpec,
} from './pod-facts.ts';

export interface Ending {
  type: JobConditionType;
  reason: string;
  message: string;
}

export interface Assessment {
  job: Job;
  spec: JobSpec;
  pods: readonly Pod[];
  active: Pod[];
  ready: number;
  terminating: number;
  /** Pods, or indexes of an indexed Job, with what this pass has found. */
  succeeded: number;
  failed: number;
  /** Of an indexed Job: what status.completedIndexes says, and with what this pass has found. */
  completedBefore: Indexes;
  completed: Indexes;
  /** Of a Job with a limit for each index. */
  failedIndexes?: Indexes;
  /** Of each index, the failed pod that tells how often it failed until another one carries the number. */
  lastFailures: ReadonlyMap<number, Pod>;
  ending?: Ending;
}

export function isIndexed(spec: JobSpec): boolean {
  return spec.completionMode === 'Indexed';
}

export function assess(job: Job, pods: readonly Pod[], now: Date): Assessment {
  const spec = job.spec as JobSpec;
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted } = job.status ?? {};
  const known = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
  const fresh = pods.filter((pod) => !known.has(pod.metadata.uid ?? '') && isCountable(spec, pod));
  const newFailed = fresh.filter((pod) => isFailed(pod, spec) && judgeFailure(spec, pod).counts);
  const active = pods.filter(isPodActive);
  const found: Assessment = {
    job,
    spec,
    pods,
    active,
    ready: active.filter(isPodReady).length,
    terminating: pods.filter(isTerminating).length,
    succeeded: succeeded + (uncounted?.succeeded?.length ?? 0) + fresh.filter(isSucceeded).length,
    failed: failed + (uncounted?.failed?.length ?? 0) + newFailed.length,
    completedBefore: [],
    completed: [],
    lastFailures: new Map(),
  };
  if (isIndexed(spec)) assessIndexes(found);
  const ending = endingOf(found, now);
  return ending === undefined ? found : { ...found, ending };
}

function isSucceeded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded';
}

/** Not counted yet, and of an index that the Job has. */
export function isCountable(spec: JobSpec, pod: Pod): boolean {
  return isTracked(pod) && (!isIndexed(spec) || hasIndex(spec, pod));
}

function hasIndex({ completions = 0 }: JobSpec, pod: Pod): boolean {
  return (completionIndex(pod) ?? completions) < completions;
}

function assessIndexes(found: Assessment): void {
  const { job, spec, pods } = found;
  const { completions = 0, backoffLimitPerIndex } = spec;
  const countable = pods.filter((pod) => isCountable(spec, pod));
  const indexOf = (pod: Pod) => completionIndex(pod) ?? 0;
  found.completedBefore = parseIndexes(job.status?.completedIndexes, completions);
  found.completed = union(found.completedBefore, indexesOf(countable.filter(isSucceeded).map(indexOf)));
  found.succeeded = total(found.completed);
  if (backoffLimitPerIndex === undefined) return;
  const failed = countable.filter((pod) => isIndexFailed(spec, pod, backoffLimitPerIndex)).map(indexOf);
  found.failedIndexes = union(parseIndexes(job.status?.failedIndexes, completions), indexesOf(failed));
  found.lastFailures = lastFailures(found, countable);
}

function isIndexFailed(spec: JobSpec, pod: Pod, limit: number): boolean {
  if (!isFailed(pod, spec)) return false;
  const { action, counts } = judgeFailure(spec, pod);
  return action === 'FailIndex' || (counts && earlierFailures(pod).counted >= limit);
}

/** Only of indexes that are to be tried again, and have not been. */
function lastFailures({ spec, active, completed, failedIndexes = [] }: Assessment, pods: readonly Pod[]) {
  const running = new Set(active.map(completionIndex));
  const rank = (pod: Pod) => {
    const { counted, ignored } = earlierFailures(pod);
    return [counted + ignored, finishedAt(pod)] as const;
  };
  const last = new Map<number, Pod>();
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (index === undefined || !isFailed(pod, spec) || running.has(index)) continue;
    if (has(completed, index) || has(failedIndexes, index)) continue;
    const other = last.get(index);
    const [[times, at], [otherTimes, otherAt]] = [rank(pod), other === undefined ? [-1, 0] : rank(other)];
    if (times > otherTimes || (times === otherTimes && at >= otherAt)) last.set(index, pod);
  }
  return last;
}

/** Why the Job ends, were all its pods gone: the first reason counts, and stays. */
function endingOf(found: Assessment, now: Date): Ending | undefined {
  const { job, spec, pods } = found;
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const { reason = '', message = '' } = jobCondition(job, type) ?? {};
    if (reason !== '') return { type, reason, message };
  }
  const failure = (reason: string, message: string): Ending => ({ type: 'FailureTarget', reason, message });
  for (const pod of spec.podFailurePolicy === undefined ? [] : pods) {
    const { message } = isFailed(pod, spec) ? judgeFailure(spec, pod) : {};
    if (message !== undefined) return failure('PodFailurePolicy', message);
  }
  const { backoffLimit = 6, completions = 0 } = spec;
  if (found.failed > backoffLimit || restartsExceed(spec, pods)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (secondsToDeadline(job, now) === 0) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  const failedIndexes = total(found.failedIndexes ?? []);
  if (spec.maxFailedIndexes !== undefined && failedIndexes > spec.maxFailedIndexes) {
    return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failedIndexes > 0 && failedIndexes + found.succeeded >= completions) {
    return failure('FailedIndexes', 'Job has failed indexes');
  }
  const rule = isIndexed(spec) ? matchingSuccessRule(spec, found.completed) : -1;
  if (rule < 0) return undefined;
  return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
}

/** Containers that are restarted in place fail by their restarts. */
function restartsExceed({ template, backoffLimit = 6 }: JobSpec, pods: readonly Pod[]): boolean {
  if (template?.spec?.restartPolicy !== 'OnFailure') return false;
  const running = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const restarts = running
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

/** 0 when spec.activeDeadlineSeconds is over; undefined when it does not run. */
export function secondsToDeadline({ spec, status }: Job, now: Date): number | undefined {
  if (spec?.activeDeadlineSeconds === undefined || spec.suspend === true || !status?.startTime) return undefined;
  return Math.max(0, Date.parse(status.startTime) / 1000 + spec.activeDeadlineSeconds - now.getTime() / 1000);
}

function matchingSuccessRule({ successPolicy, completions = 0 }: JobSpec, completed: Indexes): number {
  if (completed.length === 0) return -1;
  return (successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && total(completed) >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, completions);
    return totalInBoth(wanted, completed) >= (succeededCount ?? total(wanted));
  });
}
