import type { IResourceClaim } from 'kubernetes-models/resource.k8s.io/v1/ResourceClaim';
import { semanticEqual } from '../../meta/equal.ts';
import { invalid, path } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { IMMUTABLE } from '../core/validation/checks.ts';
import { defaultRequests, validateRequests } from './device-requests.ts';

export type ResourceClaim = Stored<IResourceClaim>;

/** As upstream's printer: what is being deleted, allocated, and reserved. */
function state({ metadata, status }: ResourceClaim): string {
  const states: string[] = [];
  if (metadata.deletionTimestamp) states.push('deleted');
  if (status?.allocation === undefined) {
    if (!metadata.deletionTimestamp) states.push('pending');
  } else {
    states.push('allocated');
    states.push((status.reservedFor ?? []).length > 0 ? 'reserved' : '');
  }
  return states.filter((each) => each !== '').join(',');
}

export const resourceClaims = builtIn<ResourceClaim>('io.k8s.api.resource.v1.ResourceClaim', {
  resource: 'resourceclaims',
  singular: 'resourceclaim',
  namespaced: true,
  status: true,
  strategy: {
    generation: false,
    default: ({ spec }) => defaultRequests(spec?.devices),
    validate: ({ spec }) => validateRequests(path('spec').child('devices'), spec?.devices),
    validateUpdate: ({ spec }, old) => (semanticEqual(spec, old.spec) ? [] : [invalid(path('spec'), spec, IMMUTABLE)]),
    validateStatusUpdate: () => [],
  },
  columns: [
    {
      name: 'State',
      type: 'string',
      description: 'A summary of the current state (allocated, pending, reserved, etc.).',
      cell: state,
    },
    age,
  ],
});
