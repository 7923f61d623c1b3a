/** How core kinds other than pods merge: what upstream's comments say beyond the tags of Go's fields. */
import { atomicMap, inPackage, keyedBy, type MergeRules } from '../merge-rules.ts';

export const coreMergeRules: MergeRules = inPackage(
  'io.k8s.api.core.v1',
  {
    ReplicationControllerSpec: {
      selector: atomicMap,
    },
    ServiceSpec: {
      ports: keyedBy('port', 'protocol'),
      selector: atomicMap,
    },
  },
  ['EndpointAddress', 'EndpointPort', 'ObjectReference'],
);
