import type { BuiltInGroup } from '../group.ts';

export const autoscaling: BuiltInGroup = {
  group: 'autoscaling',
  bodies: ['io.k8s.api.autoscaling.v1.Scale'],
};
