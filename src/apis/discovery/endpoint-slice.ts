import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described, firstThree } from '../columns.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validation/endpoint-slice.ts';

export type EndpointSlice = Stored<IEndpointSlice>;

const SLICE = 'io.k8s.api.discovery.v1.EndpointSlice';

export const endpointSlices = builtIn<EndpointSlice>(SLICE, {
  resource: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  // It has no spec, yet upstream counts its changes.
  strategy: { generation: true, validate: validateEndpointSlice, validateUpdate: validateEndpointSliceUpdate },
  columns: [
    {
      name: 'AddressType',
      type: 'string',
      description: described(SLICE, 'addressType'),
      cell: ({ addressType }) => addressType,
    },
    {
      name: 'Ports',
      type: 'string',
      description: described(SLICE, 'ports'),
      cell: ({ ports }) =>
        firstThree((ports ?? []).map(({ name, port }) => String(port ?? (name || '*')))) || '<unset>',
    },
    {
      name: 'Endpoints',
      type: 'string',
      description: described(SLICE, 'endpoints'),
      cell: ({ endpoints }) => firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses)) || '<unset>',
    },
    age,
  ],
});
