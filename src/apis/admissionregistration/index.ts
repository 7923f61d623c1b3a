import type { BuiltInGroup } from '../group.ts';
import { admissionregistrationDefaults } from './defaults.ts';
import { validatingAdmissionPolicies } from './validating-admission-policy.ts';
import { validatingAdmissionPolicyBindings } from './validating-admission-policy-binding.ts';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from './webhook-configuration.ts';

export const admissionregistration: BuiltInGroup = {
  group: 'admissionregistration.k8s.io',
  resources: [
    mutatingWebhookConfigurations,
    validatingAdmissionPolicies,
    validatingAdmissionPolicyBindings,
    validatingWebhookConfigurations,
  ],
  defaults: [admissionregistrationDefaults],
};
