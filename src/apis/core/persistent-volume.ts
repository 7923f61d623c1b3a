import type { IPersistentVolume } from 'kubernetes-models/v1/PersistentVolume';
import { timestamp } from '../../meta/object.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validation/persistent-volume.ts';
import { accessModes, classOf, storageOf } from './volume-cells.ts';

export type PersistentVolume = Stored<IPersistentVolume>;

const SPEC = 'io.k8s.api.core.v1.PersistentVolumeSpec';
const STATUS = 'io.k8s.api.core.v1.PersistentVolumeStatus';

export const persistentVolumes = builtIn<PersistentVolume>('io.k8s.api.core.v1.PersistentVolume', {
  resource: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  status: true,
  strategy: {
    generation: false,
    returnsDeletedObject: true,
    prepareForCreate({ now }, volume) {
      volume.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) };
    },
    prepareForStatusUpdate({ now }, { status }, { status: old }) {
      if (status === undefined || status.phase === old?.phase) return;
      status.lastPhaseTransitionTime = timestamp(now);
    },
    validate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
    validateStatusUpdate: () => [],
  },
  selectableFields: { name: ({ metadata }) => metadata.name ?? '' },
  columns: [
    {
      name: 'Capacity',
      type: 'string',
      description: described(SPEC, 'capacity'),
      cell: ({ spec }) => storageOf(spec?.capacity),
    },
    {
      name: 'Access Modes',
      type: 'string',
      description: described(SPEC, 'accessModes'),
      cell: ({ spec }) => accessModes(spec?.accessModes),
    },
    {
      name: 'Reclaim Policy',
      type: 'string',
      description: described(SPEC, 'persistentVolumeReclaimPolicy'),
      cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    },
    {
      name: 'Status',
      type: 'string',
      description: described(STATUS, 'phase'),
      cell: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    },
    {
      name: 'Claim',
      type: 'string',
      description: described(SPEC, 'claimRef'),
      cell: ({ spec }) =>
        spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
    },
    {
      name: 'StorageClass',
      type: 'string',
      description: 'StorageClass of the pv',
      cell: ({ metadata, spec }) => classOf(metadata.annotations, spec?.storageClassName),
    },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the pv',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    },
    {
      name: 'Reason',
      type: 'string',
      description: described(STATUS, 'reason'),
      cell: ({ status }) => status?.reason ?? '',
    },
    age,
    {
      name: 'VolumeMode',
      type: 'string',
      priority: 1,
      description: described(SPEC, 'volumeMode'),
      cell: ({ spec }) => spec?.volumeMode ?? '<unset>',
    },
  ],
});
