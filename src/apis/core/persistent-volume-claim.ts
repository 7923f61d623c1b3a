import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import type { IPersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec';
import { path } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateClaimUpdate } from './validation/persistent-volume-claim.ts';
import { validateClaimSpec } from './validation/volume-claim.ts';
import { accessModes, classOf, storageOf } from './volume-cells.ts';

export type PersistentVolumeClaim = Stored<IPersistentVolumeClaim>;

const SPEC = 'io.k8s.api.core.v1.PersistentVolumeClaimSpec';
const STATUS = 'io.k8s.api.core.v1.PersistentVolumeClaimStatus';

/** The older field carries what it can of the newer, and the other way round. */
function alignDataSources(spec: IPersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = { ...dataSource };
  else if (dataSourceRef !== undefined && dataSource === undefined && !dataSourceRef.namespace) {
    const { apiGroup, kind, name } = dataSourceRef;
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name };
  }
}

export const persistentVolumeClaims = builtIn<PersistentVolumeClaim>('io.k8s.api.core.v1.PersistentVolumeClaim', {
  resource: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  namespaced: true,
  status: true,
  strategy: {
    generation: false,
    returnsDeletedObject: true,
    prepareForCreate(_context, claim) {
      claim.status = { phase: 'Pending' };
      if (claim.spec !== undefined) alignDataSources(claim.spec);
    },
    validate: ({ spec }) => validateClaimSpec(path('spec'), spec ?? {}),
    validateUpdate: validateClaimUpdate,
    validateStatusUpdate: () => [],
  },
  selectableFields: { name: ({ metadata }) => metadata.name ?? '' },
  columns: [
    {
      name: 'Status',
      type: 'string',
      description: described(STATUS, 'phase'),
      cell: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    },
    {
      name: 'Volume',
      type: 'string',
      description: described(SPEC, 'volumeName'),
      cell: ({ spec }) => spec?.volumeName ?? '',
    },
    {
      name: 'Capacity',
      type: 'string',
      description: described(STATUS, 'capacity'),
      cell: ({ spec, status }) => (spec?.volumeName ? storageOf(status?.capacity) : ''),
    },
    {
      name: 'Access Modes',
      type: 'string',
      description: described(STATUS, 'accessModes'),
      cell: ({ spec, status }) => (spec?.volumeName ? accessModes(status?.accessModes) : ''),
    },
    {
      name: 'StorageClass',
      type: 'string',
      description: 'StorageClass of the pvc',
      cell: ({ metadata, spec }) => classOf(metadata.annotations, spec?.storageClassName),
    },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the pvc',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
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
