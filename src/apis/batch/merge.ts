/** How the batch kinds merge: what upstream's comments say beyond the tags of Go's fields. */
import { inPackage, type MergeRules, set } from '../merge-rules.ts';

export const batchMergeRules: MergeRules = inPackage('io.k8s.api.batch.v1', {
  PodFailurePolicyOnExitCodesRequirement: {
    values: set,
  },
  UncountedTerminatedPods: {
    failed: set,
    succeeded: set,
  },
});
