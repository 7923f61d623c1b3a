/** The next step of a StatefulSet. Pure; upstream's updateStatefulSet. */
import type { Pod, StatefulSet } from '../../client/resources.ts';
import { scaledIntOrPercent } from '../../meta/int-or-string.ts';
import { isPodAvailable, isPodFinished, isPodReady } from '../shared/pods.ts';
import { ordinalOf, revisionOf, startOrdinal } from './identity.ts';

export interface Step {
  /** Ordinals whose pod is to be made, lowest first. */
  create: number[];
  /** Finished pods, whose name is free again when they are gone. */
  recreate: Pod[];
  /** Beyond spec.replicas or of an older template. */
  delete: Pod[];
  /** Pods that keep their place, whose identity and claims are to be right. */
  keep: Pod[];
  /** Beyond spec.replicas, deleted or not yet. */
  condemned: Pod[];
}

/** `revision` is the name of the newest; `pods` are the set's, those being deleted included. */
export function planStep(set: StatefulSet, pods: readonly Pod[], revision: string, now: Date): Step {
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  const start = startOrdinal(set);
  const count = set.spec?.replicas ?? 1;
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const condemned = pods
    .filter((pod) => ordinalOf(pod) < start || ordinalOf(pod) >= start + count)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const step: Step = { create: [], recreate: [], delete: [], keep: [], condemned };
  const available = (pod: Pod) => isRunning(pod) && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now);
  const replicas: Pod[] = [];
  let settled = true;
  for (let ordinal = start; ordinal < start + count; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) step.create.push(ordinal);
    else if (!isPodFinished(pod)) step.keep.push(pod);
    // A name is free only when its pod is gone: a node that cannot be asked may still run it.
    else if (!isTerminating(pod)) step.recreate.push(pod);
    if (pod !== undefined && !isPodFinished(pod)) replicas.push(pod);
    if (pod === undefined || isPodFinished(pod)) settled = false;
    if (ordered && (!settled || pod === undefined || isTerminating(pod) || !available(pod))) return step;
  }
  if (step.recreate.length > 0 || pods.some((pod) => isPodFinished(pod) && !condemned.includes(pod))) return step;
  step.delete.push(...condemnedNow(condemned, replicas, ordered, available));
  if (ordered && condemned.length > 0) return step;
  if (settled && set.spec?.updateStrategy?.type !== 'OnDelete') {
    step.delete.push(...outdated(set, replicas, revision, available));
  }
  return step;
}

/** The highest first, and one at a time unless all go at once. */
function condemnedNow(
  condemned: readonly Pod[],
  replicas: readonly Pod[],
  ordered: boolean,
  available: (pod: Pod) => boolean,
): Pod[] {
  if (!ordered) return condemned.filter((pod) => !isTerminating(pod));
  const [next] = condemned;
  if (next === undefined || isTerminating(next)) return [];
  // One that is not healthy may go, but not while another below it is not healthy either.
  const unhealthy = [...replicas, ...[...condemned].reverse()].find((pod) => !isHealthy(pod));
  return available(next) || unhealthy === next ? [next] : [];
}

/** Pods of an older revision, highest first, while no more than maxUnavailable are not available. */
function outdated(
  set: StatefulSet,
  replicas: readonly Pod[],
  revision: string,
  available: (pod: Pod) => boolean,
): Pod[] {
  const { partition = 0 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  const limit = maxUnavailable(set);
  const isServing = (pod: Pod) => !isTerminating(pod) && available(pod);
  let unavailable = replicas.filter((pod) => !isServing(pod)).length;
  let passed = 0;
  const deleted: Pod[] = [];
  const first = startOrdinal(set) + partition;
  for (const pod of [...replicas].reverse()) {
    if (passed >= limit || ordinalOf(pod) < first) break;
    const serving = isServing(pod);
    const old = revisionOf(pod) !== revision && !isTerminating(pod);
    if (!serving) {
      passed++;
      if (old) deleted.push(pod);
    } else if (old && unavailable < limit) {
      passed++;
      unavailable++;
      deleted.push(pod);
    }
  }
  return deleted;
}

/** Of the replicas, rounded down, but at least one. */
export function maxUnavailable({ spec }: StatefulSet): number {
  const wanted = spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  return Math.max(1, scaledIntOrPercent(wanted, spec?.replicas ?? 1, false));
}

/** Which revision a new pod of the ordinal is made of: below the partition the current one. */
export function usesCurrentRevision({ spec, status }: StatefulSet, ordinal: number): boolean {
  if (spec?.updateStrategy?.type === 'OnDelete') return false;
  const start = spec?.ordinals?.start ?? 0;
  const { rollingUpdate } = spec?.updateStrategy ?? {};
  return (
    ordinal < start + (rollingUpdate === undefined ? (status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0))
  );
}

export function isRunning({ status }: Pod): boolean {
  return status?.phase === 'Running';
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isHealthy(pod: Pod): boolean {
  return isRunning(pod) && isPodReady(pod) && !isTerminating(pod);
}
