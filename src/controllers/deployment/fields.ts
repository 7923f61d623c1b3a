/** What the rest of the Deployment controller asks of Deployments and ReplicaSets. */
import type { Deployment, ReplicaSet } from '../../client/resources.ts';
import { scaledIntOrPercent } from '../../meta/int-or-string.ts';

export const HASH_LABEL = 'pod-template-hash';

/** As kubectl and upstream: a deadline of the largest int32 means none, as does its absence. */
const UNLIMITED = 2147483647;

export type Condition = NonNullable<NonNullable<Deployment['status']>['conditions']>[number];
export type DeploymentStatus = NonNullable<Deployment['status']>;

export function wantedReplicas(object: Deployment | ReplicaSet): number {
  return object.spec?.replicas ?? 1;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type !== 'Recreate';
}

/**
 * maxSurge (rounded up) and maxUnavailable (rounded down, at most the replicas) in pods; both 0 for Recreate. When both
 * round to nothing one pod may be unavailable, or no rollout could move.
 */
export function rolloutLimits(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = wantedReplicas(deployment);
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = scaledIntOrPercent(maxSurge, replicas, true);
  const unavailable = scaledIntOrPercent(maxUnavailable, replicas, false);
  return {
    maxSurge: surge,
    maxUnavailable: surge === 0 && unavailable === 0 ? Math.min(1, replicas) : Math.min(unavailable, replicas),
  };
}

export function hasProgressDeadline(deployment: Deployment): boolean {
  return (deployment.spec?.progressDeadlineSeconds ?? UNLIMITED) !== UNLIMITED;
}

export function historyLimit(deployment: Deployment): number | undefined {
  const limit = deployment.spec?.revisionHistoryLimit ?? UNLIMITED;
  return limit === UNLIMITED ? undefined : limit;
}

export function condition(status: { conditions?: Condition[] } | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

export function sum(replicaSets: readonly ReplicaSet[], count: (replicaSet: ReplicaSet) => number | undefined): number {
  return replicaSets.reduce((total, replicaSet) => total + (count(replicaSet) ?? 0), 0);
}

/** ReplicaSets that are asked for pods. */
export function activeSets(replicaSets: readonly ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter((replicaSet) => wantedReplicas(replicaSet) > 0);
}

/** Oldest first, by creation and then name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
