import type { BuiltInGroup } from '../group.ts';
import { deviceClasses } from './device-class.ts';
import { resourceDefaults, resourceMergeRules } from './merge.ts';
import { resourceClaims } from './resource-claim.ts';
import { resourceClaimTemplates } from './resource-claim-template.ts';
import { resourceSlices } from './resource-slice.ts';

/** Dynamic resource allocation: the objects alone, which drivers and the scheduler would fill. */
export const resource: BuiltInGroup = {
  group: 'resource.k8s.io',
  resources: [deviceClasses, resourceClaimTemplates, resourceClaims, resourceSlices],
  mergeRules: [resourceMergeRules],
  defaults: [resourceDefaults],
};
