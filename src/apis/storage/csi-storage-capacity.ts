import type { ICSIStorageCapacity } from 'kubernetes-models/storage.k8s.io/v1/CSIStorageCapacity';
import { semanticEqual } from '../../meta/equal.ts';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { validateLabelSelector } from '../../meta/label-selector-validation.ts';
import { formatQuantity } from '../../meta/quantity.ts';
import type { LabelSelector } from '../../meta/selectors.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { described } from '../columns.ts';
import { dns1123Subdomain, IMMUTABLE } from '../core/validation/checks.ts';
import { validateResourceQuantity } from '../core/validation/resources.ts';

export type CSIStorageCapacity = Stored<ICSIStorageCapacity>;

const NAME = 'io.k8s.api.storage.v1.CSIStorageCapacity';

function validate({ storageClassName, nodeTopology, capacity, maximumVolumeSize }: CSIStorageCapacity): FieldError[] {
  return [
    ...dns1123Subdomain(path('storageClassName'), storageClassName),
    ...validateLabelSelector(nodeTopology as LabelSelector | undefined, path('nodeTopology')),
    ...(capacity === undefined ? [] : validateResourceQuantity(path('capacity'), 'storage', capacity)),
    ...(maximumVolumeSize === undefined
      ? []
      : validateResourceQuantity(path('maximumVolumeSize'), 'storage', maximumVolumeSize)),
  ];
}

export const csiStorageCapacities = builtIn<CSIStorageCapacity>(NAME, {
  resource: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  namespaced: true,
  strategy: {
    validate,
    validateUpdate: (now, old) =>
      (['nodeTopology', 'storageClassName'] as const)
        .filter((name) => !semanticEqual(now[name], old[name]))
        .map((name) => invalid(path(name), now[name], IMMUTABLE)),
  },
  columns: [
    {
      name: 'StorageClassName',
      type: 'string',
      description: described(NAME, 'storageClassName'),
      cell: ({ storageClassName }) => storageClassName,
    },
    {
      name: 'Capacity',
      type: 'string',
      description: described(NAME, 'capacity'),
      cell: ({ capacity }) => (capacity === undefined ? '<unset>' : formatQuantity(capacity)),
    },
  ],
});
