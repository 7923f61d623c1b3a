import type { IVolumeAttributesClass } from 'kubernetes-models/storage.k8s.io/v1/VolumeAttributesClass';
import { semanticEqual } from '../../meta/equal.ts';
import { forbidden, path, required } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateParameters, validateProvisioner } from './validation/storage-class.ts';

export type VolumeAttributesClass = Stored<IVolumeAttributesClass>;

const NAME = 'io.k8s.api.storage.v1.VolumeAttributesClass';

export const volumeAttributesClasses = builtIn<VolumeAttributesClass>(NAME, {
  resource: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  shortNames: ['vac'],
  namespaced: false,
  strategy: {
    validate: ({ driverName, parameters = {} }) => [
      ...validateProvisioner(path('driverName'), driverName),
      ...(Object.keys(parameters).length === 0
        ? [required(path('parameters'), 'must contain at least one key/value pair')]
        : []),
      ...validateParameters(path('parameters'), parameters),
    ],
    validateUpdate: (now, old) =>
      (['driverName', 'parameters'] as const)
        .filter((name) => !semanticEqual(now[name], old[name]))
        .map((name) => forbidden(path(name), `updates to ${name} are forbidden.`)),
  },
  columns: [
    {
      name: 'DriverName',
      type: 'string',
      description: described(NAME, 'driverName'),
      cell: ({ driverName }) => driverName,
    },
    age,
  ],
});
