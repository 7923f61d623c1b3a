/** The volume sources of pods, but for projected ones (projected.ts) and claims' templates (volume-claim.ts). */
import type { IConfigMapVolumeSource } from 'kubernetes-models/v1/ConfigMapVolumeSource';
import type { ICSIVolumeSource } from 'kubernetes-models/v1/CSIVolumeSource';
import type { IDownwardAPIVolumeFile } from 'kubernetes-models/v1/DownwardAPIVolumeFile';
import type { IDownwardAPIVolumeSource } from 'kubernetes-models/v1/DownwardAPIVolumeSource';
import type { IEmptyDirVolumeSource } from 'kubernetes-models/v1/EmptyDirVolumeSource';
import type { IHostPathVolumeSource } from 'kubernetes-models/v1/HostPathVolumeSource';
import type { IImageVolumeSource } from 'kubernetes-models/v1/ImageVolumeSource';
import type { IKeyToPath } from 'kubernetes-models/v1/KeyToPath';
import type { INFSVolumeSource } from 'kubernetes-models/v1/NFSVolumeSource';
import type { ISecretVolumeSource } from 'kubernetes-models/v1/SecretVolumeSource';
import { type FieldError, type FieldPath, forbidden, invalid, required, tooLong } from '../../../meta/field-error.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';
import { compareQuantity } from '../../../meta/quantity.ts';
import {
  dns1123Subdomain,
  fileMode,
  invalidEach,
  localNonReservedPath,
  noBacksteps,
  oneOf,
  optionalOneOf,
  present,
} from './checks.ts';
import { validateFieldRef, validateResourceFieldRef } from './field-reference.ts';
import { readQuantity } from './resources.ts';

export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MAX_DRIVER_NAME = 63;
const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const DOWNWARD_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

export function validateEmptyDir(at: FieldPath, { sizeLimit }: IEmptyDirVolumeSource): FieldError[] {
  if (sizeLimit === undefined) return [];
  const errors: FieldError[] = [];
  const quantity = readQuantity(errors, at.child('sizeLimit'), sizeLimit);
  if (quantity !== undefined && compareQuantity(quantity, 0) < 0) {
    errors.push(forbidden(at.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
  }
  return errors;
}

export function validateHostPath(at: FieldPath, { path, type }: IHostPathVolumeSource): FieldError[] {
  if (!path) return [required(at.child('path'))];
  return [...noBacksteps(at.child('path'), path), ...optionalOneOf(at.child('type'), type, HOST_PATH_TYPES)];
}

export function validateSecretVolume(at: FieldPath, source: ISecretVolumeSource): FieldError[] {
  return [...present(at.child('secretName'), source.secretName), ...validateKeyed(at, source)];
}

export function validateConfigMapVolume(at: FieldPath, source: IConfigMapVolumeSource): FieldError[] {
  return [...present(at.child('name'), source.name), ...validateKeyed(at, source)];
}

function validateKeyed(
  at: FieldPath,
  { defaultMode, items = [] }: { defaultMode?: number; items?: readonly IKeyToPath[] },
): FieldError[] {
  return [
    ...fileMode(at.child('defaultMode'), defaultMode),
    ...items.flatMap((item, index) => validateKeyToPath(at.child('items').index(index), item)),
  ];
}

export function validateKeyToPath(at: FieldPath, { key, path = '', mode }: IKeyToPath): FieldError[] {
  return [
    ...present(at.child('key'), key),
    ...present(at.child('path'), path),
    ...localNonReservedPath(at.child('path'), path),
    ...fileMode(at.child('mode'), mode),
  ];
}

export function validateNFS(at: FieldPath, { server, path = '' }: INFSVolumeSource): FieldError[] {
  const errors = [...present(at.child('server'), server), ...present(at.child('path'), path)];
  if (!path.startsWith('/')) errors.push(invalid(at.child('path'), path, 'must be an absolute path'));
  return errors;
}

/** Upstream reports the faults of each file at the source itself, not at its index. */
export function validateDownwardAPI(
  at: FieldPath,
  { defaultMode, items = [] }: IDownwardAPIVolumeSource,
): FieldError[] {
  return [
    ...fileMode(at.child('defaultMode'), defaultMode),
    ...items.flatMap((item) => validateDownwardAPIFile(at, item)),
  ];
}

export function validateDownwardAPIFile(at: FieldPath, file: IDownwardAPIVolumeFile): FieldError[] {
  const { path = '', fieldRef, resourceFieldRef, mode } = file;
  const errors = [...present(at.child('path'), path), ...localNonReservedPath(at.child('path'), path)];
  if (fieldRef) {
    errors.push(...validateFieldRef(at.child('fieldRef'), fieldRef, DOWNWARD_FIELDS));
    if (resourceFieldRef) {
      errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (resourceFieldRef) {
    errors.push(...validateResourceFieldRef(at.child('resourceFieldRef'), resourceFieldRef, { volume: true }));
  } else {
    errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  }
  return [...errors, ...fileMode(at.child('mode'), mode)];
}

export function validateCSIVolume(
  at: FieldPath,
  { driver = '', nodePublishSecretRef }: ICSIVolumeSource,
): FieldError[] {
  const name = at.child('driver');
  const errors = present(name, driver);
  if (driver.length > MAX_DRIVER_NAME) errors.push(tooLong(name, MAX_DRIVER_NAME));
  errors.push(...invalidEach(name, driver, () => validateDns1123Subdomain(driver.toLowerCase())));
  if (nodePublishSecretRef === undefined) return errors;
  const { name: secret } = nodePublishSecretRef;
  if (!secret) return [...errors, required(at.child('nodePublishSecretRef', 'name'))];
  return [...errors, ...dns1123Subdomain(at.child('name'), secret)];
}

/** In templates the reference may still be open: the controller that makes the pods can fill it in. */
export function validateImageVolume(
  at: FieldPath,
  { reference, pullPolicy }: IImageVolumeSource,
  { inPod }: { inPod: boolean },
): FieldError[] {
  return [
    ...(inPod ? present(at.child('reference'), reference) : []),
    ...oneOf(at.child('pullPolicy'), pullPolicy, PULL_POLICIES),
  ];
}
