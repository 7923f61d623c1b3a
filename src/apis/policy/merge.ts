/** How the policy kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { inPackage, type MergeRules, mergedBy, patched } from '../merge-rules.ts';

export const policyMergeRules: MergeRules = inPackage('io.k8s.api.policy.v1', {
  PodDisruptionBudgetSpec: {
    selector: patched('replace'),
  },
  PodDisruptionBudgetStatus: {
    conditions: mergedBy('type'),
  },
});
