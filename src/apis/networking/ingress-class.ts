import type { IIngressClass } from 'kubernetes-models/networking.k8s.io/v1/IngressClass';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { validateIngressClass, validateIngressClassUpdate } from './validation/ingress-class.ts';

export type IngressClass = Stored<IIngressClass>;

export const ingressClasses = builtIn<IngressClass>('io.k8s.api.networking.v1.IngressClass', {
  resource: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  strategy: { generation: true, validate: validateIngressClass, validateUpdate: validateIngressClassUpdate },
  columns: [
    {
      name: 'Controller',
      type: 'string',
      description: 'Controller that is responsible for handling corresponding Ingress resources',
      cell: ({ spec }) => spec?.controller ?? '',
    },
    {
      name: 'Parameters',
      type: 'string',
      description: 'A reference to a resource with additional parameters',
      cell({ spec }) {
        if (spec?.parameters === undefined) return '<none>';
        const { apiGroup, kind, name } = spec.parameters;
        return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
      },
    },
    age,
  ],
});
