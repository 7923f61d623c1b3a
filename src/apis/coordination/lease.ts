import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1/Lease';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateLease } from './validation/lease.ts';

export type Lease = Stored<ILease>;

export const leases = builtIn<Lease>('io.k8s.api.coordination.v1.Lease', {
  resource: 'leases',
  singular: 'lease',
  namespaced: true,
  strategy: { allowCreateOnUpdate: true, validate: validateLease },
  columns: [
    {
      name: 'Holder',
      type: 'string',
      description: described('io.k8s.api.coordination.v1.LeaseSpec', 'holderIdentity'),
      cell: ({ spec }) => spec?.holderIdentity ?? '',
    },
    age,
  ],
});
