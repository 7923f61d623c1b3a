import type { BuiltInGroup } from '../group.ts';
import { qualify } from '../merge-rules.ts';
import { priorityClasses } from './priority-class.ts';

export const scheduling: BuiltInGroup = {
  group: 'scheduling.k8s.io',
  resources: [priorityClasses],
  defaults: [
    qualify<unknown>('io.k8s.api.scheduling.v1', {
      PriorityClass: { value: 0, preemptionPolicy: 'PreemptLowerPriority' },
    }),
  ],
};
