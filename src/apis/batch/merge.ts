/** How the batch kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { inPackage, type MergeRules, mergedBy, set } from '../merge-rules.ts';

export const batchMergeRules: MergeRules = inPackage('io.k8s.api.batch.v1', {
  JobStatus: {
    conditions: mergedBy('type'),
  },
  PodFailurePolicyOnExitCodesRequirement: {
    values: set,
  },
  UncountedTerminatedPods: {
    failed: set,
    succeeded: set,
  },
});
