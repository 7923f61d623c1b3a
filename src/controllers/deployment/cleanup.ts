import type { Deployment, ReplicaSet } from '../../client/resources.ts';
import { revisionOf } from './annotations.ts';
import { byCreation, historyLimit, wantedReplicas } from './fields.ts';

/** Old ReplicaSets beyond revisionHistoryLimit, lowest revision first; never one that has, or may get, pods. */
export function planCleanup(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = historyLimit(deployment);
  if (limit === undefined) return [];
  const alive = old.filter((replicaSet) => replicaSet.metadata.deletionTimestamp === undefined);
  return alive
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)) || byCreation(a, b))
    .slice(0, Math.max(0, alive.length - limit))
    .filter(
      (replicaSet) =>
        wantedReplicas(replicaSet) === 0 &&
        (replicaSet.status?.replicas ?? 0) === 0 &&
        (replicaSet.metadata.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0),
    );
}
