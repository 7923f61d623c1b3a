/** StorageClasses. */
import type { IStorageClass } from 'kubernetes-models/storage.k8s.io/v1/StorageClass';
import { semanticEqual } from '../../../meta/equal.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  path,
  required,
  tooLong,
  tooMany,
} from '../../../meta/field-error.ts';
import { byteLength, validateLabelKey } from '../../../meta/names.ts';
import { IMMUTABLE, invalidEach, oneOf, optionalOneOf } from '../../core/validation/checks.ts';

const MAX_PARAMETERS_BYTES = 256 * 1024;
const MAX_PARAMETERS = 512;

type ClassLike = Pick<IStorageClass, 'provisioner' | 'parameters' | 'reclaimPolicy' | 'volumeBindingMode'>;

export function validateStorageClass(given: ClassLike): FieldError[] {
  return [
    ...validateProvisioner(path('provisioner'), given.provisioner),
    ...validateParameters(path('parameters'), given.parameters),
    ...optionalOneOf(path('reclaimPolicy'), given.reclaimPolicy, ['Delete', 'Retain']),
    ...oneOf(path('volumeBindingMode'), given.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
  ];
}

export function validateProvisioner(at: FieldPath, name: string | undefined): FieldError[] {
  return name ? invalidEach(at, name, () => validateLabelKey(name.toLowerCase())) : [required(at)];
}

export function validateParameters(at: FieldPath, parameters: Readonly<Record<string, string>> = {}): FieldError[] {
  const entries = Object.entries(parameters);
  const errors: FieldError[] = [];
  if (entries.length > MAX_PARAMETERS) errors.push(tooMany(at, entries.length, MAX_PARAMETERS));
  if (entries.some(([key]) => key === '')) errors.push(invalid(at, '', 'field can not be empty.'));
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return bytes > MAX_PARAMETERS_BYTES ? [...errors, tooLong(at, MAX_PARAMETERS_BYTES)] : errors;
}

/** Comes on top of {@link validateStorageClass}: what volumes were made by must still be told of them. */
export function validateStorageClassUpdate(now: ClassLike, old: ClassLike): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (!semanticEqual(now[name], old[name])) errors.push(forbidden(path(name), `updates to ${name} are forbidden.`));
  }
  if (now.volumeBindingMode !== old.volumeBindingMode) {
    errors.push(invalid(path('volumeBindingMode'), now.volumeBindingMode, IMMUTABLE));
  }
  return errors;
}
