import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { formatLabelSelector, type LabelSelector, labelSelectorRequirements } from '../../meta/selectors.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateNetworkPolicy } from './validation/network-policy.ts';

export type NetworkPolicy = Stored<INetworkPolicy>;

export const networkPolicies = builtIn<NetworkPolicy>('io.k8s.api.networking.v1.NetworkPolicy', {
  resource: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  namespaced: true,
  strategy: {
    generation: true,
    default({ spec }) {
      if (spec === undefined || (spec.policyTypes ?? []).length > 0) return;
      spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
    },
    validate: validateNetworkPolicy,
  },
  columns: [
    {
      name: 'Pod-Selector',
      type: 'string',
      description: described('io.k8s.api.networking.v1.NetworkPolicySpec', 'podSelector'),
      cell: ({ spec }) =>
        formatLabelSelector(labelSelectorRequirements((spec?.podSelector ?? {}) as LabelSelector)) || '<none>',
    },
    age,
  ],
});
