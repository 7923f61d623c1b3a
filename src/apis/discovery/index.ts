import type { BuiltInGroup } from '../group.ts';
import { discoveryDefaults } from './defaults.ts';
import { endpointSlices } from './endpoint-slice.ts';
import { discoveryMergeRules } from './merge.ts';

export const discovery: BuiltInGroup = {
  group: 'discovery.k8s.io',
  resources: [endpointSlices],
  mergeRules: [discoveryMergeRules],
  defaults: [discoveryDefaults],
};
