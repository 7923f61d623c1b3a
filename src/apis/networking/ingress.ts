import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { builtIn, type Stored } from '../built-in.ts';
import { age, firstThree } from '../columns.ts';
import { CLASS_ANNOTATION, validateIngress, validateIngressCreate } from './validation/ingress.ts';
import { validateIngressStatus } from './validation/ingress-status.ts';

export type Ingress = Stored<IIngress>;

export const ingresses = builtIn<Ingress>('io.k8s.api.networking.v1.Ingress', {
  resource: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  status: true,
  strategy: {
    validate: validateIngress,
    validateCreate: validateIngressCreate,
    validateStatusUpdate: validateIngressStatus,
    warnings({ metadata }) {
      if (metadata.annotations?.[CLASS_ANNOTATION] === undefined) return [];
      return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
    },
  },
  columns: [
    {
      name: 'Class',
      type: 'string',
      description: 'The name of the IngressClass resource that should be used for additional configuration',
      cell: ({ spec }) => spec?.ingressClassName ?? '<none>',
    },
    {
      name: 'Hosts',
      type: 'string',
      description: 'Hosts that incoming requests are matched against before the ingress rule',
      cell({ spec }) {
        const hosts = (spec?.rules ?? []).flatMap(({ host }) => (host ? [host] : []));
        return hosts.length === 0 ? '*' : firstThree(hosts);
      },
    },
    {
      name: 'Address',
      type: 'string',
      description: 'Address is a list containing ingress points for the load-balancer',
      cell: ({ status }) =>
        [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))].join(','),
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'Ports of TLS configurations that open',
      cell: ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80'),
    },
    age,
  ],
});
