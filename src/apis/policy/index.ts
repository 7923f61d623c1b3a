import type { BuiltInGroup } from '../group.ts';

export const policy: BuiltInGroup = {
  group: 'policy',
  bodies: ['io.k8s.api.policy.v1.Eviction'],
};
