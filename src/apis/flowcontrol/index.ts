import type { BuiltInGroup } from '../group.ts';
import { inPackage, qualify, set } from '../merge-rules.ts';
import { flowSchemas } from './flow-schema.ts';
import { priorityLevelConfigurations } from './priority-level-configuration.ts';

export const flowcontrol: BuiltInGroup = {
  group: 'flowcontrol.apiserver.k8s.io',
  resources: [flowSchemas, priorityLevelConfigurations],
  mergeRules: [
    inPackage('io.k8s.api.flowcontrol.v1', {
      ResourcePolicyRule: { apiGroups: set, namespaces: set, resources: set, verbs: set },
      NonResourcePolicyRule: { nonResourceURLs: set, verbs: set },
    }),
  ],
  defaults: [
    qualify<unknown>('io.k8s.api.flowcontrol.v1', {
      // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
      FlowSchema: { spec: {}, status: {} },
      FlowSchemaSpec: { matchingPrecedence: 1000, priorityLevelConfiguration: {} },
      PriorityLevelConfiguration: { spec: {}, status: {} },
      LimitedPriorityLevelConfiguration: { nominalConcurrencyShares: 30, lendablePercent: 0, limitResponse: {} },
      ExemptPriorityLevelConfiguration: { nominalConcurrencyShares: 0, lendablePercent: 0 },
      QueuingConfiguration: { queues: 64, handSize: 8, queueLengthLimit: 50 },
    }),
  ],
};
