import type { Pod, StatefulSet } from '../../client/resources.ts';
import { omitZeros } from '../shared/omit-zeros.ts';
import { isPodAvailable, isPodReady } from '../shared/pods.ts';
import { revisionOf } from './identity.ts';
import { isRunning, isTerminating } from './plan.ts';

type Status = NonNullable<StatefulSet['status']>;

/** `current` and `update` are names of revisions. A rollout that has ended makes the update the current one. */
export function statefulSetStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update, collisionCount, now }: { current: string; update: string; collisionCount: number; now: Date },
): Status {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const ready = pods.filter((pod) => isRunning(pod) && isPodReady(pod));
  const of = (revision: string) => pods.filter((pod) => !isTerminating(pod) && revisionOf(pod) === revision).length;
  const wanted = set.spec?.replicas ?? 1;
  const updated = of(update);
  const ended =
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    [updated, ready.length, pods.length].every((count) => count === wanted);
  const { generation } = set.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    replicas: pods.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
    ...omitZeros({
      readyReplicas: ready.length,
      currentReplicas: ended ? updated : of(current),
      updatedReplicas: updated,
    }),
    currentRevision: ended ? update : current,
    updateRevision: update,
    collisionCount,
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}
