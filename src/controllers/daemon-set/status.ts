import type { DaemonSet } from '../../client/resources.ts';
import { omitZeros } from '../shared/omit-zeros.ts';
import { isPodAvailable, isPodFinished, isPodReady } from '../shared/pods.ts';
import { isStaying, type NodeState } from './plan.ts';
import { isUpdated } from './pod.ts';

type Status = NonNullable<DaemonSet['status']>;

/** The status that the nodes amount to; of several pods on a node the oldest counts. */
export function daemonSetStatus(
  set: DaemonSet,
  states: readonly NodeState[],
  { hash, collisionCount, now }: { hash: string; collisionCount: number; now: Date },
): Status {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const { known, shouldRun, pods } of states) {
    if (!known) continue;
    const pod = pods.find((each) => isStaying(each) || !isPodFinished(each));
    if (shouldRun) counts.desired++;
    if (pod === undefined) continue;
    if (!shouldRun) {
      counts.misscheduled++;
      continue;
    }
    counts.current++;
    counts.ready += Number(isPodReady(pod));
    counts.available += Number(isPodAvailable(pod, minReadySeconds, now));
    counts.updated += Number(isUpdated(pod, hash));
  }
  const { generation } = set.metadata;
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...omitZeros({
      updatedNumberScheduled: counts.updated,
      numberAvailable: counts.available,
      numberUnavailable: counts.desired - counts.available,
    }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(collisionCount === 0 ? {} : { collisionCount }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}
