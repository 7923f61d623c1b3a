import type { IServiceCIDR } from 'kubernetes-models/networking.k8s.io/v1/ServiceCIDR';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { validateServiceCIDR, validateServiceCIDRUpdate } from './validation/service-cidr.ts';

export type ServiceCIDR = Stored<IServiceCIDR>;

export const serviceCIDRs = builtIn<ServiceCIDR>('io.k8s.api.networking.v1.ServiceCIDR', {
  resource: 'servicecidrs',
  singular: 'servicecidr',
  namespaced: false,
  status: true,
  strategy: {
    generation: false,
    validate: validateServiceCIDR,
    validateUpdate: validateServiceCIDRUpdate,
    validateStatusUpdate: () => [],
  },
  columns: [
    {
      name: 'CIDRs',
      type: 'string',
      description: 'CIDRs from which ClusterIPs are allocated.',
      cell: ({ spec }) => (spec?.cidrs ?? []).join(',') || '<none>',
    },
    age,
  ],
});
