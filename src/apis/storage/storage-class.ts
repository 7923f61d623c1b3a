import type { IStorageClass } from 'kubernetes-models/storage.k8s.io/v1/StorageClass';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described, nameColumn } from '../columns.ts';
import { isDefaultClass } from './default-class.ts';
import { validateStorageClass, validateStorageClassUpdate } from './validation/storage-class.ts';

export type StorageClass = Stored<IStorageClass>;

const NAME = 'io.k8s.api.storage.v1.StorageClass';

export const storageClasses = builtIn<StorageClass>(NAME, {
  resource: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  strategy: { validate: validateStorageClass, validateUpdate: validateStorageClassUpdate },
  columns: [
    {
      ...nameColumn,
      cell: ({ metadata }) => `${metadata.name ?? ''}${isDefaultClass(metadata.annotations) ? ' (default)' : ''}`,
    },
    {
      name: 'Provisioner',
      type: 'string',
      description: described(NAME, 'provisioner'),
      cell: ({ provisioner }) => provisioner,
    },
    {
      name: 'ReclaimPolicy',
      type: 'string',
      description: described(NAME, 'reclaimPolicy'),
      cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    },
    {
      name: 'VolumeBindingMode',
      type: 'string',
      description: described(NAME, 'volumeBindingMode'),
      cell: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    },
    {
      name: 'AllowVolumeExpansion',
      type: 'string',
      description: described(NAME, 'allowVolumeExpansion'),
      cell: ({ allowVolumeExpansion }) => allowVolumeExpansion === true,
    },
    age,
  ],
});
