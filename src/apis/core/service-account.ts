import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateServiceAccount, validateServiceAccountUpdate } from './validation/service-account.ts';

export type ServiceAccount = Stored<IServiceAccount>;

export const serviceAccounts = builtIn<ServiceAccount>('io.k8s.api.core.v1.ServiceAccount', {
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  subresources: {
    token: {
      by: 'handler',
      verbs: ['create'],
      kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    },
  },
  strategy: {
    returnsDeletedObject: true,
    validate: validateServiceAccount,
    validateUpdate: validateServiceAccountUpdate,
  },
  columns: [
    {
      name: 'Secrets',
      type: 'string',
      description: described('io.k8s.api.core.v1.ServiceAccount', 'secrets'),
      cell: ({ secrets = [] }) => secrets.length,
    },
    age,
  ],
});
