import type { IResourceQuota } from 'kubernetes-models/v1/ResourceQuota';
import { own } from '../../meta/own.ts';
import { formatQuantity } from '../../meta/quantity.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './validation/resource-quota.ts';

export type ResourceQuota = Stored<IResourceQuota>;

/** `cpu: 1/2, memory: 1Gi/2Gi` of those resources for which `wanted` holds. */
function used(wanted: (name: string) => boolean): Column<ResourceQuota>['cell'] {
  return ({ status }) =>
    Object.entries(status?.hard ?? {})
      .filter(([name]) => wanted(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, hard]) => `${name}: ${formatQuantity(own(status?.used, name) ?? '0')}/${formatQuantity(hard)}`)
      .join(', ');
}

export const resourceQuotas = builtIn<ResourceQuota>('io.k8s.api.core.v1.ResourceQuota', {
  resource: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  namespaced: true,
  status: true,
  strategy: {
    generation: false,
    returnsDeletedObject: true,
    validate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
    validateStatusUpdate: validateResourceQuotaStatus,
  },
  columns: [
    {
      name: 'Request',
      type: 'string',
      description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
      cell: used((name) => !name.startsWith('limits.')),
    },
    {
      name: 'Limit',
      type: 'string',
      description:
        'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      cell: used((name) => name.startsWith('limits.')),
    },
    age,
  ],
});
