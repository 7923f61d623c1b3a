/** PersistentVolumes. */
import type { IPersistentVolume } from 'kubernetes-models/v1/PersistentVolume';
import type { IPersistentVolumeSpec } from 'kubernetes-models/v1/PersistentVolumeSpec';
import { semanticEqual } from '../../../meta/equal.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '../../../meta/field-error.ts';
import { own } from '../../../meta/own.ts';
import { validateAffinity } from './affinity.ts';
import { dns1123Subdomain, IMMUTABLE, oneOf, optionalOneOf, present, validateAlternatives } from './checks.ts';
import { validatePositiveQuantity } from './resources.ts';
import { ACCESS_MODES } from './volume-claim.ts';
import { validateHostPath, validateNFS } from './volume-sources.ts';

type VolumeLike = Pick<IPersistentVolume, 'spec' | 'status'>;

/** In the order in which upstream looks for them. */
export const VOLUME_SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

const AT = path('spec');
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];

export function validatePersistentVolume({ spec = {} }: VolumeLike): FieldError[] {
  const { accessModes = [], capacity = {}, persistentVolumeReclaimPolicy: reclaim, nodeAffinity } = spec;
  const errors: FieldError[] = [];
  const modes = AT.child('accessModes');
  if (accessModes.length === 0) errors.push(required(modes));
  errors.push(...accessModes.flatMap((mode) => optionalOneOf(modes, mode, ACCESS_MODES)));
  if (accessModes.includes('ReadWriteOncePod') && accessModes.length > 1) {
    errors.push(forbidden(modes, 'may not use ReadWriteOncePod with other access modes'));
  }
  errors.push(...validateCapacity(AT.child('capacity'), capacity));
  if (reclaim) errors.push(...oneOf(AT.child('persistentVolumeReclaimPolicy'), reclaim, RECLAIM_POLICIES));
  if (nodeAffinity !== undefined) {
    const at = AT.child('nodeAffinity');
    if (nodeAffinity.required === undefined)
      errors.push(required(at.child('required'), 'must specify required node constraints'));
    else {
      const selector = { requiredDuringSchedulingIgnoredDuringExecution: nodeAffinity.required };
      errors.push(...validateAffinity(at, { nodeAffinity: selector }));
    }
  }
  errors.push(...validateSources(spec));
  if (spec.hostPath?.path === '/' && reclaim === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbidden(AT.child('persistentVolumeReclaimPolicy'), detail));
  }
  for (const name of ['storageClassName', 'volumeAttributesClassName'] as const) {
    const value = spec[name];
    if (value) errors.push(...dns1123Subdomain(AT.child(name), value));
  }
  return [...errors, ...optionalOneOf(AT.child('volumeMode'), spec.volumeMode, ['Block', 'Filesystem'])];
}

function validateCapacity(at: FieldPath, capacity: Readonly<Record<string, string | number>>): FieldError[] {
  const names = Object.keys(capacity);
  if (names.length === 0) return [required(at)];
  const errors: FieldError[] = [];
  if (names.length > 1 || names[0] !== 'storage') errors.push(notSupported(at, capacity, ['storage']));
  return [
    ...errors,
    ...Object.entries(capacity).flatMap(([name, value]) => validatePositiveQuantity(at.key(name), value)),
  ];
}

function validateSources(spec: IPersistentVolumeSpec): FieldError[] {
  const errors: FieldError[] = [];
  const alternatives = VOLUME_SOURCES.map((name) => ({
    at: AT.child(name),
    value: spec[name],
    validate: () => validateSource(AT.child(name), name, spec),
  }));
  const found = validateAlternatives(errors, alternatives, 'may not specify more than one volume type');
  return found === 0 ? [required(AT, 'must specify a volume type')] : errors;
}

function validateSource(
  at: FieldPath,
  name: (typeof VOLUME_SOURCES)[number],
  spec: IPersistentVolumeSpec,
): FieldError[] {
  switch (name) {
    case 'hostPath':
      return validateHostPath(at, spec.hostPath!);
    case 'nfs':
      return validateNFS(at, spec.nfs!);
    case 'local': {
      const errors = present(at.child('path'), spec.local?.path);
      if (spec.nodeAffinity !== undefined) return errors;
      return [...errors, required(AT.child('nodeAffinity'), 'Local volume requires node affinity')];
    }
    case 'csi':
      return [
        ...present(at.child('driver'), spec.csi?.driver),
        ...present(at.child('volumeHandle'), spec.csi?.volumeHandle),
      ];
    default:
      return [];
  }
}

/** Comes on top of {@link validatePersistentVolume}. */
export function validatePersistentVolumeUpdate(
  { spec = {} }: VolumeLike,
  { spec: old = {} }: VolumeLike,
): FieldError[] {
  const errors: FieldError[] = [];
  const sources = (each: IPersistentVolumeSpec) =>
    Object.fromEntries(VOLUME_SOURCES.map((name) => [name, own(each as Record<string, unknown>, name)]));
  if (!semanticEqual(sources(spec), sources(old))) {
    const at = AT.child('persistentvolumesource');
    errors.push(forbidden(at, 'spec.persistentvolumesource is immutable after creation'));
  }
  if (spec.volumeMode !== old.volumeMode) errors.push(invalid(AT.child('volumeMode'), spec.volumeMode, IMMUTABLE));
  if (old.nodeAffinity !== undefined && !semanticEqual(spec.nodeAffinity, old.nodeAffinity)) {
    errors.push(invalid(AT.child('nodeAffinity'), spec.nodeAffinity, IMMUTABLE));
  }
  return errors;
}
