/** How the storage kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules, mergedBy, set } from '../merge-rules.ts';

export const storageMergeRules: MergeRules = inPackage('io.k8s.api.storage.v1', {
  CSIDriverSpec: {
    tokenRequests: atomic,
    volumeLifecycleModes: set,
  },
  CSINodeDriver: {
    topologyKeys: atomic,
  },
  CSINodeSpec: {
    drivers: mergedBy('name'),
  },
  StorageClass: {
    allowedTopologies: atomic,
    mountOptions: atomic,
  },
});
