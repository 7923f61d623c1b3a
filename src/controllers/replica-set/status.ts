import type { Pod, ReplicaSet } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import { own } from '../../meta/own.ts';
import { omitZeros } from '../shared/omit-zeros.ts';
import { isPodAvailable, isPodReady } from '../shared/pods.ts';
import type { Replicated } from './kinds.ts';

type Status = NonNullable<ReplicaSet['status']>;

/** The status that `active` pods amount to; `failure` is what creating or deleting pods threw in this pass. */
export function replicatedStatus(
  owner: Replicated,
  active: readonly Pod[],
  failure: Error | undefined,
  now: Date,
): Status {
  const template = Object.entries(owner.spec?.template?.metadata?.labels ?? {});
  const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
  const conditions = failureConditions(owner, active.length, failure, now);
  const { generation } = owner.metadata;
  return {
    replicas: active.length,
    ...omitZeros({
      fullyLabeledReplicas: active.filter((pod) =>
        template.every(([key, value]) => own(pod.metadata.labels, key) === value),
      ).length,
      readyReplicas: active.filter(isPodReady).length,
      availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function failureConditions(owner: Replicated, count: number, failure: Error | undefined, now: Date) {
  const conditions = owner.status?.conditions ?? [];
  const others = conditions.filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  // The first failure stays until one pass succeeds.
  if (others.length < conditions.length) return conditions;
  return [
    ...others,
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: count < (owner.spec?.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete',
      message: failure.message,
      lastTransitionTime: timestamp(now),
    },
  ];
}
