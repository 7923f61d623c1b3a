import type { IResourceSlice } from 'kubernetes-models/resource.k8s.io/v1/ResourceSlice';
import { type FieldError, invalid, path, required } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { dns1123Subdomain, IMMUTABLE } from '../core/validation/checks.ts';

export type ResourceSlice = Stored<IResourceSlice>;

const SPEC = 'io.k8s.api.resource.v1.ResourceSliceSpec';
const AT = path('spec');

function validate({ spec }: ResourceSlice): FieldError[] {
  const driver = spec?.driver ?? '';
  const errors = driver === '' ? [required(AT.child('driver'))] : dns1123Subdomain(AT.child('driver'), driver);
  if (!spec?.pool?.name) errors.push(required(AT.child('pool', 'name')));
  if ((spec?.pool?.resourceSliceCount ?? 0) <= 0) {
    const count = spec?.pool?.resourceSliceCount ?? 0;
    errors.push(invalid(AT.child('pool', 'resourceSliceCount'), count, 'must be greater than zero'));
  }
  const places = [
    spec?.nodeName,
    spec?.nodeSelector,
    spec?.allNodes || undefined,
    spec?.perDeviceNodeSelection || undefined,
  ];
  const given = places.filter((each) => each !== undefined).length;
  const detail = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (given === 0) errors.push(required(AT, detail));
  if (given > 1) errors.push(invalid(AT, given, `${detail}, but multiple fields are set`));
  return errors;
}

export const resourceSlices = builtIn<ResourceSlice>('io.k8s.api.resource.v1.ResourceSlice', {
  resource: 'resourceslices',
  singular: 'resourceslice',
  namespaced: false,
  strategy: {
    generation: true,
    validate,
    validateUpdate: ({ spec }, { spec: old }) => [
      ...(spec.driver === old.driver ? [] : [invalid(AT.child('driver'), spec.driver, IMMUTABLE)]),
      ...(spec.nodeName === old.nodeName ? [] : [invalid(AT.child('nodeName'), spec.nodeName, IMMUTABLE)]),
      ...(spec.pool.name === old.pool.name ? [] : [invalid(AT.child('pool', 'name'), spec.pool.name, IMMUTABLE)]),
    ],
  },
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.driver': ({ spec }) => spec?.driver ?? '',
  },
  columns: [
    {
      name: 'Node',
      type: 'string',
      description: described(SPEC, 'nodeName'),
      cell: ({ spec }) => spec?.nodeName ?? '<unset>',
    },
    { name: 'Driver', type: 'string', description: described(SPEC, 'driver'), cell: ({ spec }) => spec?.driver ?? '' },
    { name: 'Pool', type: 'string', description: described(SPEC, 'pool'), cell: ({ spec }) => spec?.pool?.name ?? '' },
    age,
  ],
});
