import type { BuiltInGroup } from '../group.ts';
import { autoscalingDefaults } from './defaults.ts';
import { horizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalersV1 } from './horizontal-pod-autoscaler-v1.ts';

export const autoscaling: BuiltInGroup = {
  group: 'autoscaling',
  resources: [horizontalPodAutoscalers, horizontalPodAutoscalersV1],
  bodies: ['io.k8s.api.autoscaling.v1.Scale'],
  defaults: [autoscalingDefaults],
};
