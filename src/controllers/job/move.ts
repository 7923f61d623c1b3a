/** What a running Job does next with its pods. Pure; upstream: manageJob. */
import type { Pod } from '../../client/resources.ts';
import { rankForDeletion } from '../shared/rank.ts';
import { type Assessment, isIndexed } from './assessment.ts';
import { firstMissing, indexesOf, union } from './indexes.ts';
import { completionIndex, earlierFailures, finishedAt, isFailed, isTerminating } from './pod-facts.ts';

/** At most this many pods are made or removed in one pass. */
const BURST = 500;
const BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 360;

export interface NewPod {
  index?: number;
  /** The failed pod of the same index whose count of failures goes on. */
  replaces?: Pod;
}

export type Move =
  | { kind: 'remove'; pods: Pod[] }
  | { kind: 'create'; pods: NewPod[] }
  /** Pods failed; others follow in `seconds`. */
  | { kind: 'wait'; seconds: number }
  | { kind: 'none' };

export function nextMove(found: Assessment, now: Date): Move {
  const { spec, active } = found;
  const wanted = spec.suspend === true ? 0 : wantedActive(found);
  const surplus = spec.suspend === true ? active : surplusPods(found, active.length - wanted, now);
  // Both at once would be possible, but one after the other is easier to follow.
  if (surplus.length > 0) return { kind: 'remove', pods: surplus.slice(0, BURST) };
  const waitsForEnd = spec.podReplacementPolicy === 'Failed' ? found.terminating : 0;
  const missing = Math.min(wanted - active.length - waitsForEnd, BURST);
  if (missing <= 0) return { kind: 'none' };
  if (spec.backoffLimitPerIndex === undefined) {
    const seconds = secondsOfBackoff(found, now);
    if (seconds > 0) return { kind: 'wait', seconds };
  }
  if (!isIndexed(spec)) return { kind: 'create', pods: Array.from({ length: missing }, () => ({})) };
  return ofIndexes(found, pendingIndexes(found, missing), now);
}

function wantedActive({ spec, succeeded, active }: Assessment): number {
  const { completions, parallelism = 1 } = spec;
  // A work queue: once a pod says that it is empty, the others end by themselves.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** Pods of indexes that others have or that the Job does not have go first, even where there are not too many. */
function surplusPods({ spec, active }: Assessment, count: number, now: Date): Pod[] {
  const order = rankForDeletion(active, [], now);
  if (!isIndexed(spec)) return order.slice(0, Math.max(0, count));
  const kept = new Map<number, Pod>();
  for (const pod of order) {
    const index = completionIndex(pod);
    // The last of the order is the one to keep.
    if (index !== undefined && index < (spec.completions ?? 0)) kept.set(index, pod);
  }
  const left = new Set(kept.values());
  const removed = order.filter((pod) => !left.has(pod));
  const more = order.filter((pod) => left.has(pod)).slice(0, Math.max(0, count - removed.length));
  return [...removed, ...more];
}

function pendingIndexes(found: Assessment, count: number): number[] {
  const { spec, pods, active, completed, failedIndexes = [] } = found;
  const occupied = spec.podReplacementPolicy === 'Failed' ? [...active, ...pods.filter(isTerminating)] : active;
  const indexes = occupied.map(completionIndex).filter((index) => index !== undefined);
  return firstMissing(union(union(completed, indexesOf(indexes)), failedIndexes), count, spec.completions ?? 0);
}

/** Each index waits for its own failures. */
function ofIndexes({ lastFailures }: Assessment, indexes: readonly number[], now: Date): Move {
  const pods: NewPod[] = [];
  let soonest = Number.POSITIVE_INFINITY;
  for (const index of indexes) {
    const replaces = lastFailures.get(index);
    if (replaces === undefined) {
      pods.push({ index });
      continue;
    }
    const { counted, ignored } = earlierFailures(replaces);
    const seconds = secondsAfter(counted + ignored + 1, finishedAt(replaces), now);
    if (seconds === 0) pods.push({ index, replaces });
    else soonest = Math.min(soonest, seconds);
  }
  if (pods.length > 0) return { kind: 'create', pods };
  return soonest === Number.POSITIVE_INFINITY ? { kind: 'none' } : { kind: 'wait', seconds: soonest };
}

/** Of a Job as a whole: by the pods that failed since one succeeded, which are there to be read in any process. */
function secondsOfBackoff({ spec, pods }: Assessment, now: Date): number {
  const successes = pods.filter(({ status }) => status?.phase === 'Succeeded').map(finishedAt);
  const since = Math.max(Number.NEGATIVE_INFINITY, ...successes);
  const failures = pods.filter((pod) => isFailed(pod, spec)).map(finishedAt);
  const later = failures.filter((end) => end > since);
  return later.length === 0 ? 0 : secondsAfter(later.length, Math.max(...later), now);
}

function secondsAfter(failures: number, last: number, now: Date): number {
  const delay = Math.min(BACKOFF_SECONDS * 2 ** Math.min(failures - 1, 30), MAX_BACKOFF_SECONDS);
  return Math.max(0, (last - now.getTime()) / 1000 + delay);
}
