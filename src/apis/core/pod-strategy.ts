import type { IPod } from 'kubernetes-models/v1/Pod';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { timestamp } from '../../meta/object.ts';
import type { Stored } from '../built-in.ts';
import { mergeLabelKeys } from './pod-match-labels.ts';
import { defaultPodOnly, defaultPodSpec } from './pod-spec-defaults.ts';
import { podWarnings } from './pod-warnings.ts';
import { qosClass } from './qos-class.ts';
import { validatePod, validatePodCreate } from './validation/pod.ts';
import { validatePodStatusUpdate } from './validation/pod-status.ts';
import { validatePodUpdate } from './validation/pod-update.ts';

export type Pod = Stored<IPod>;

export const podStrategy: Strategy<Pod> = {
  default(pod) {
    if (pod.spec === undefined) return;
    defaultPodSpec(pod.spec);
    defaultPodOnly(pod.spec);
  },
  prepareForCreate({ now }, pod) {
    if (pod.spec !== undefined) mergeLabelKeys(pod.spec, pod.metadata.labels ?? {});
    pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
    if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
      pod.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
          lastTransitionTime: timestamp(now),
        },
      ];
    }
  },
  prepareForStatusUpdate(_context, { status }, { status: old }) {
    if (status === undefined || old === undefined) return;
    // Upstream lets status writers leave these out, though they cannot be taken back.
    if (!status.qosClass && old.qosClass) status.qosClass = old.qosClass;
    keepObservedGeneration(status, old);
    const conditions = new Map(old.conditions?.map((condition) => [condition.type, condition]));
    for (const condition of status.conditions ?? []) {
      const before = conditions.get(condition.type);
      if (before !== undefined) keepObservedGeneration(condition, before);
    }
  },
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
  // Almost nothing of a pod can change, so that an update has nothing new to warn of.
  warnings: (pod, old) => (old === undefined ? podWarnings(pod) : []),
  returnsDeletedObject: true,
  deletionGracePeriodSeconds(pod, requested) {
    const { phase } = pod.status ?? {};
    // Nothing runs anywhere, or no more.
    if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
    const period = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    // A negative period, which old objects may hold, is as short as a graceful one can be.
    return period < 0 ? 1 : period;
  },
};

function keepObservedGeneration(to: { observedGeneration?: number }, from: { observedGeneration?: number }): void {
  if (!to.observedGeneration && from.observedGeneration) to.observedGeneration = from.observedGeneration;
}
