/** Constant defaults of the admission kinds (upstream's SetDefaults_* of admissionregistration/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

const WEBHOOK = { matchPolicy: 'Equivalent', failurePolicy: 'Fail', timeoutSeconds: 10, clientConfig: {} };
const EVERYTHING = { namespaceSelector: {}, objectSelector: {} };

export const admissionregistrationDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.admissionregistration.v1', {
  MutatingWebhook: { ...WEBHOOK, ...EVERYTHING, reinvocationPolicy: 'Never' },
  ValidatingWebhook: { ...WEBHOOK, ...EVERYTHING },
  ServiceReference: { port: 443 },
  RuleWithOperations: { scope: '*' },
  NamedRuleWithOperations: { scope: '*' },
  MatchResources: { ...EVERYTHING, matchPolicy: 'Equivalent' },
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  ValidatingAdmissionPolicy: { spec: {}, status: {} },
  ValidatingAdmissionPolicySpec: { failurePolicy: 'Fail' },
  ValidatingAdmissionPolicyBinding: { spec: {} },
});
