/** How many pods each ReplicaSet should have: pure plans for the strategies and for scaling in the middle of a rollout. */
import type { Deployment, ReplicaSet } from '../../client/resources.ts';
import { desiredReplicas, maxReplicas } from './annotations.ts';
import { activeSets, byCreation, isRollingUpdate, rolloutLimits, sum, wantedReplicas } from './fields.ts';

/** `replicas` are what the ReplicaSet is to be asked for. */
export interface Scale {
  replicaSet: ReplicaSet;
  replicas: number;
}

/** The new ReplicaSet's size in the next step: as far as maxSurge allows, all at once for Recreate. */
export function newReplicaSetSize(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newReplicaSet: ReplicaSet | undefined,
): number {
  const wanted = wantedReplicas(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const current = newReplicaSet === undefined ? 0 : wantedReplicas(newReplicaSet);
  const room = wanted + rolloutLimits(deployment).maxSurge - sum(all, wantedReplicas);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

/** The next step of a rolling update: the new ReplicaSet up (or down to size), else old ones down; none when it is done. */
export function planRollingUpdate(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): Scale[] {
  const wanted = wantedReplicas(deployment);
  const current = wantedReplicas(newSet);
  if (current !== wanted) {
    const replicas = current > wanted ? wanted : newReplicaSetSize(deployment, [...old, newSet], newSet);
    if (replicas !== current) return [{ replicaSet: newSet, replicas }];
  }
  return planScaleDown(deployment, newSet, activeSets(old));
}

/** Old pods that may go: unhealthy ones first, which costs no availability, then as many as stay above the minimum. */
function planScaleDown(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): Scale[] {
  if (old.length === 0) return [];
  const minAvailable = wantedReplicas(deployment) - rolloutLimits(deployment).maxUnavailable;
  const newUnavailable = wantedReplicas(newSet) - available(newSet);
  const maxScaledDown = sum([...old, newSet], wantedReplicas) - minAvailable - newUnavailable;
  if (maxScaledDown <= 0) return [];

  const oldestFirst = [...old].sort(byCreation);
  const sizes = new Map(oldestFirst.map((replicaSet) => [replicaSet, wantedReplicas(replicaSet)]));
  const shrink = (budget: number, spare: (replicaSet: ReplicaSet, size: number) => number) => {
    for (const replicaSet of oldestFirst) {
      const size = sizes.get(replicaSet) ?? 0;
      const count = Math.max(0, Math.min(budget, spare(replicaSet, size)));
      sizes.set(replicaSet, size - count);
      budget -= count;
    }
  };
  shrink(maxScaledDown, (replicaSet, size) => size - available(replicaSet));
  shrink(sum([...old, newSet], available) - minAvailable, (_, size) => size);
  return oldestFirst
    .map((replicaSet) => ({ replicaSet, replicas: sizes.get(replicaSet) ?? 0 }))
    .filter(({ replicaSet, replicas }) => replicas !== wantedReplicas(replicaSet));
}

/** Whether the Deployment was given another size since its ReplicaSets were scaled. */
export function isScaled(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
  return activeSets(all).some((replicaSet) => {
    const desired = desiredReplicas(replicaSet);
    return desired !== undefined && desired !== wantedReplicas(deployment);
  });
}

/** Recreate: old ReplicaSets to nothing; then, when none of their pods is left, the new one to full size. */
export function planRecreate(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  oldPodsLeft: boolean,
): Scale[] {
  const shrinking = activeSets(old).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  if (shrinking.length > 0 || oldPodsLeft || newSet === undefined) return shrinking;
  const replicas = wantedReplicas(deployment);
  return replicas === wantedReplicas(newSet) ? [] : [{ replicaSet: newSet, replicas }];
}

/** A ReplicaSet that was asked to shrink a moment ago still reports pods that are about to go: they do not count. */
function available(replicaSet: ReplicaSet): number {
  return Math.min(replicaSet.status?.availableReplicas ?? 0, wantedReplicas(replicaSet));
}

/**
 * After the Deployment was scaled: to the only active ReplicaSet, or to the newest when none is active; otherwise in
 * proportion, so that a rollout that is stuck half-way grows and shrinks without moving.
 */
export function planScaling(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Scale[] {
  const single = activeOrLatest(newSet, old);
  const wanted = wantedReplicas(deployment);
  if (single !== undefined) {
    // The size is wanted already: only its annotations may be behind, which scaling writes too.
    return [{ replicaSet: single, replicas: wanted }];
  }
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    return activeSets(old).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  }
  return isRollingUpdate(deployment) ? planProportional(deployment, newSet, old) : [];
}

function planProportional(deployment: Deployment, newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): Scale[] {
  const active = activeSets(newSet === undefined ? old : [...old, newSet]);
  const wanted = wantedReplicas(deployment);
  const allowed = wanted > 0 ? wanted + rolloutLimits(deployment).maxSurge : 0;
  const toAdd = allowed - sum(active, wantedReplicas);
  // Larger ones first; among equals the newer grows and the older shrinks.
  active.sort((a, b) => wantedReplicas(b) - wantedReplicas(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)));
  let added = 0;
  const plan = active.map((replicaSet) => {
    const share = proportion(deployment, replicaSet, toAdd, added);
    added += share;
    return { replicaSet, replicas: wantedReplicas(replicaSet) + share };
  });
  const [largest] = plan;
  if (largest !== undefined) largest.replicas = Math.max(0, largest.replicas + toAdd - added);
  return plan;
}

/** What a ReplicaSet gains (or loses) of `toAdd` pods, `added` of which are given away. */
function proportion(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  if (toAdd === added) return 0;
  const size = wantedReplicas(replicaSet);
  const before = maxReplicas(replicaSet) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  const after = wantedReplicas(deployment) === 0 ? 0 : wantedReplicas(deployment) + rolloutLimits(deployment).maxSurge;
  const share = Math.round((size * after) / before) - size;
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function activeOrLatest(newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const active = activeSets(newSet === undefined ? old : [...old, newSet]);
  if (active.length === 1) return active[0];
  return active.length === 0 ? (newSet ?? [...old].sort(byCreation).at(-1)) : undefined;
}

/** All pods that the Deployment wants are the new ReplicaSet's, and available. */
function isSaturated(deployment: Deployment, newSet: ReplicaSet): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    wantedReplicas(newSet) === wanted &&
    desiredReplicas(newSet) === wanted &&
    (newSet.status?.availableReplicas ?? 0) === wanted
  );
}
