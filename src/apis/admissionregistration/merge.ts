/** How the admission kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { inPackage, type MergeRules, mergedBy } from '../merge-rules.ts';

export const admissionregistrationMergeRules: MergeRules = inPackage('io.k8s.api.admissionregistration.v1', {
  MutatingWebhook: { matchConditions: mergedBy('name') },
  MutatingWebhookConfiguration: { webhooks: mergedBy('name') },
  ValidatingAdmissionPolicySpec: { matchConditions: mergedBy('name'), variables: mergedBy('name') },
  ValidatingWebhook: { matchConditions: mergedBy('name') },
  ValidatingWebhookConfiguration: { webhooks: mergedBy('name') },
});
