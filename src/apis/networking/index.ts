import type { BuiltInGroup } from '../group.ts';
import { networkingDefaults } from './defaults.ts';
import { ingresses } from './ingress.ts';
import { ingressClasses } from './ingress-class.ts';
import { ipAddresses } from './ip-address.ts';
import { networkPolicies } from './network-policy.ts';
import { serviceCIDRs } from './service-cidr.ts';

export const networking: BuiltInGroup = {
  group: 'networking.k8s.io',
  resources: [ingressClasses, ingresses, ipAddresses, networkPolicies, serviceCIDRs],
  defaults: [networkingDefaults],
};
