/** How the storage kinds merge: what upstream's comments say beyond the tags of Go's fields. */
import { inPackage, type MergeRules, set } from '../merge-rules.ts';

export const storageMergeRules: MergeRules = inPackage('io.k8s.api.storage.v1', {
  CSIDriverSpec: {
    volumeLifecycleModes: set,
  },
});
