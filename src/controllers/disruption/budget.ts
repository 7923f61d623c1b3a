/** What a PodDisruptionBudget allows, from its pods. Pure; upstream: pkg/controller/disruption. */
import type { Pod, PodDisruptionBudget } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { scaledIntOrPercent } from '../../meta/int-or-string.ts';
import { timestamp } from '../../meta/object.ts';
import { own } from '../../meta/own.ts';
import { isPodReady } from '../shared/pods.ts';

export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;

/** An eviction that was allowed and not followed by a deletion for so long will not be. */
const DELETION_SECONDS = 120;

export interface Counts {
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
}

/** Whether the budget is a share of what the pods' controllers want, and not a number of pods. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string';
}

/** `scale`: pods that the controllers want; not read where needsScale says so. */
export function desired({ spec }: PodDisruptionBudget, pods: number, scale: number): Omit<Counts, 'currentHealthy'> {
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    const desiredHealthy = Math.max(0, scale - scaledIntOrPercent(maxUnavailable, scale, true));
    return { desiredHealthy, expectedPods: scale };
  }
  if (typeof minAvailable === 'number') return { desiredHealthy: minAvailable, expectedPods: pods };
  if (minAvailable === undefined) return { desiredHealthy: 0, expectedPods: 0 };
  return { desiredHealthy: scaledIntOrPercent(minAvailable, scale, true), expectedPods: scale };
}

export interface Disrupted {
  /** Of pods that were let go and are there yet. */
  pods: Record<string, string>;
  /** Names of those whose deletion never came. */
  forgotten: string[];
  /** Seconds until the next one's time is over. */
  recheck?: number;
}

export function stillDisrupted({ status }: PodDisruptionBudget, pods: readonly Pod[], now: Date): Disrupted {
  const found: [string, string][] = [];
  const forgotten: string[] = [];
  const waits: number[] = [];
  for (const { metadata } of pods) {
    const time = own(status?.disruptedPods, metadata.name ?? '') as string | undefined;
    if (time === undefined || metadata.deletionTimestamp !== undefined) continue;
    const seconds = Date.parse(time) / 1000 + DELETION_SECONDS - now.getTime() / 1000;
    if (seconds <= 0) {
      forgotten.push(metadata.name ?? '');
      continue;
    }
    found.push([metadata.name ?? '', time]);
    waits.push(seconds);
  }
  return {
    pods: Object.fromEntries(found),
    forgotten,
    ...(waits.length === 0 ? {} : { recheck: Math.min(...waits) }),
  };
}

export function healthy(pods: readonly Pod[], disrupted: Record<string, string>): number {
  return pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      own(disrupted, pod.metadata.name ?? '') === undefined &&
      isPodReady(pod),
  ).length;
}

/** Allows nothing while there are no pods: the first ones may come before this is computed again. */
export function budgetStatus(
  budget: PodDisruptionBudget,
  counts: Counts,
  disruptedPods: Record<string, string>,
  now: Date,
): BudgetStatus {
  const surplus = counts.currentHealthy - counts.desiredHealthy;
  const disruptionsAllowed = counts.expectedPods > 0 ? Math.max(0, surplus) : 0;
  const allowed = disruptionsAllowed > 0;
  const { generation } = budget.metadata;
  return {
    ...counts,
    disruptionsAllowed,
    ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: withCondition(budget, allowed, allowed ? 'SufficientPods' : 'InsufficientPods', '', now),
  };
}

/** While it is not known what the controllers want, nothing is allowed. */
export function failedStatus(budget: PodDisruptionBudget, message: string, now: Date): BudgetStatus {
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0, ...rest } = budget.status ?? {};
  const { generation } = budget.metadata;
  return {
    ...rest,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed: 0,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: withCondition(budget, false, 'SyncFailed', message, now),
  };
}

function withCondition(budget: PodDisruptionBudget, allowed: boolean, reason: string, message: string, now: Date) {
  const conditions = budget.status?.conditions ?? [];
  const known = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const status = allowed ? ('True' as const) : ('False' as const);
  const observedGeneration = budget.metadata.generation ?? 0;
  const wanted = { type: 'DisruptionAllowed', status, reason, message, observedGeneration };
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : timestamp(now);
  const condition = { ...wanted, lastTransitionTime };
  if (semanticEqual(known, condition)) return conditions;
  return [...conditions.filter((each) => each !== known), condition];
}
