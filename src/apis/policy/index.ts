import type { BuiltInGroup } from '../group.ts';
import { qualify } from '../merge-rules.ts';
import { podDisruptionBudgets } from './pod-disruption-budget.ts';

export const policy: BuiltInGroup = {
  group: 'policy',
  resources: [podDisruptionBudgets],
  bodies: ['io.k8s.api.policy.v1.Eviction'],
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  defaults: [qualify<unknown>('io.k8s.api.policy.v1', { PodDisruptionBudget: { spec: {}, status: {} } })],
};
