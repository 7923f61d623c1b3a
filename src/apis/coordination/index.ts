import type { BuiltInGroup } from '../group.ts';
import { coordinationDefaults } from './defaults.ts';
import { leases } from './lease.ts';

export const coordination: BuiltInGroup = {
  group: 'coordination.k8s.io',
  resources: [leases],
  defaults: [coordinationDefaults],
};
