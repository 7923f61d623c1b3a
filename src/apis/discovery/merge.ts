/** How the discovery kinds merge: what upstream's comments say beyond the tags of Go's fields. */
import { inPackage, type MergeRules, set } from '../merge-rules.ts';

export const discoveryMergeRules: MergeRules = inPackage(
  'io.k8s.api.discovery.v1',
  {
    Endpoint: {
      addresses: set,
    },
  },
  ['EndpointPort'],
);
