/** A Deployment's status: counts, and the conditions Available, Progressing and ReplicaFailure in upstream's words. */
import type { Deployment, ReplicaSet } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import { omitZeros } from '../shared/omit-zeros.ts';
import {
  type Condition,
  condition,
  type DeploymentStatus,
  hasProgressDeadline,
  rolloutLimits,
  sum,
  wantedReplicas,
} from './fields.ts';

/** Sets a condition. One of the same status and reason is left as it is, so that its message and times stay. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  wanted: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: Date,
): Condition[] {
  const current = conditions?.find((each) => each.type === wanted.type);
  if (current?.status === wanted.status && current.reason === wanted.reason) return [...(conditions ?? [])];
  const at = timestamp(now);
  const lastTransitionTime = current?.status === wanted.status ? current.lastTransitionTime : at;
  return [
    ...without(conditions, wanted.type),
    { ...wanted, lastUpdateTime: at, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) },
  ];
}

function without(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((each) => each.type !== type);
}

/** Counts and the Available condition. Other conditions are carried over. */
export function countedStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: Date,
): DeploymentStatus {
  const available = sum(all, ({ status }) => status?.availableReplicas);
  const minimum = wantedReplicas(deployment) - rolloutLimits(deployment).maxUnavailable;
  const { generation } = deployment.metadata;
  const { collisionCount } = deployment.status ?? {};
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...omitZeros({
      replicas: sum(all, ({ status }) => status?.replicas),
      updatedReplicas: newSet?.status?.replicas ?? 0,
      readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sum(all, wantedReplicas) - available),
    }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(
      deployment.status?.conditions,
      available >= minimum
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      now,
    ),
  };
}

/** The status after a step of a rollout: counts, and how it is coming along. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: Date,
): DeploymentStatus {
  const status = countedStatus(deployment, all, newSet, now);
  const conditions = progressConditions(deployment, status, newSet, now);
  const failure = replicaFailure(all, newSet);
  return {
    ...status,
    conditions: failure === undefined ? without(conditions, 'ReplicaFailure') : withCondition(conditions, failure, now),
  };
}

function progressConditions(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  now: Date,
): Condition[] {
  if (!hasProgressDeadline(deployment)) return without(status.conditions, 'Progressing');
  const current = condition(deployment.status, 'Progressing');
  // A complete rollout that is scaled, or loses a pod, is not a new rollout.
  const wasComplete = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return status.conditions ?? [];

  const subject =
    newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  const progressing = (state: string, reason: string, rest: string) => ({
    type: 'Progressing',
    status: state,
    reason,
    message: `${subject} ${rest}`,
  });
  if (isComplete(deployment, status)) {
    const wanted = progressing('True', 'NewReplicaSetAvailable', 'has successfully progressed.');
    return withCondition(status.conditions, wanted, now);
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    // Its update time restarts the deadline with each step forward.
    const at = timestamp(now);
    const lastTransitionTime = (current?.status === 'True' ? current.lastTransitionTime : undefined) ?? at;
    const wanted = progressing('True', 'ReplicaSetUpdated', 'is progressing.');
    return [...without(status.conditions, 'Progressing'), { ...wanted, lastUpdateTime: at, lastTransitionTime }];
  }
  if (isTimedOut(deployment, status, now)) {
    const wanted = progressing('False', 'ProgressDeadlineExceeded', 'has timed out progressing.');
    return withCondition(status.conditions, wanted, now);
  }
  return status.conditions ?? [];
}

/** All pods are of the new template, and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, status: DeploymentStatus, now: Date): boolean {
  const progressing = condition(status, 'Progressing');
  if (progressing === undefined || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  return deadline(deployment, progressing) < now.getTime() / 1000;
}

/** In seconds since the epoch. */
function deadline(deployment: Deployment, progressing: Condition): number {
  return Date.parse(progressing.lastUpdateTime ?? '') / 1000 + (deployment.spec?.progressDeadlineSeconds ?? 0);
}

/** Seconds until a rollout that makes no progress has to be looked at again; undefined when no deadline is running. */
export function secondsToDeadline(deployment: Deployment, status: DeploymentStatus, now: Date): number | undefined {
  const progressing = condition(status, 'Progressing');
  if (!hasProgressDeadline(deployment) || deployment.spec?.paused || progressing === undefined) return undefined;
  if (progressing.reason === 'ProgressDeadlineExceeded' || isComplete(deployment, status)) return undefined;
  // One second more, because conditions hold whole seconds.
  const seconds = deadline(deployment, progressing) - now.getTime() / 1000 + 1;
  return Number.isNaN(seconds) ? undefined : Math.max(1, seconds);
}

/** The newest ReplicaSet's failure, or else the first of an older one. */
function replicaFailure(all: readonly ReplicaSet[], newSet: ReplicaSet | undefined) {
  const ordered = newSet === undefined ? all : [newSet, ...all];
  for (const replicaSet of ordered) {
    const failure = replicaSet.status?.conditions?.find((each) => each.type === 'ReplicaFailure');
    if (failure === undefined) continue;
    const { reason = '', message = '' } = failure;
    return { type: 'ReplicaFailure', status: failure.status, reason, message };
  }
  return undefined;
}

/** The Progressing condition of a Deployment that was paused or resumed; undefined when there is nothing to say. */
export function pauseCondition(deployment: Deployment, now: Date): Condition[] | undefined {
  if (!hasProgressDeadline(deployment)) return undefined;
  const current = condition(deployment.status, 'Progressing');
  if (current?.reason === 'ProgressDeadlineExceeded') return undefined;
  const saysPaused = current?.reason === 'DeploymentPaused';
  const paused = deployment.spec?.paused === true;
  if (paused === saysPaused) return undefined;
  const wanted = paused
    ? { reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  return withCondition(deployment.status?.conditions, { type: 'Progressing', status: 'Unknown', ...wanted }, now);
}
