/** How the discovery kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules, set } from '../merge-rules.ts';

export const discoveryMergeRules: MergeRules = inPackage(
  'io.k8s.api.discovery.v1',
  {
    Endpoint: {
      addresses: set,
    },
    EndpointHints: {
      forNodes: atomic,
      forZones: atomic,
    },
    EndpointSlice: {
      endpoints: atomic,
      ports: atomic,
    },
  },
  ['EndpointPort'],
);
