/** ConfigMaps, and what they share with Secrets. */
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { deepEqual } from '../../../meta/equal.ts';
import { type FieldError, type FieldPath, forbidden, invalid, path, tooLong } from '../../../meta/field-error.ts';
import { byteLength, validateConfigMapKey } from '../../../meta/names.ts';
import { invalidEach } from './checks.ts';

type ConfigMapLike = Pick<IConfigMap, 'data' | 'binaryData' | 'immutable'>;

/** The limit of all values together, in bytes. */
export const MAX_BYTES = 1024 * 1024;

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMapLike): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    const at = path('data').key(key);
    errors.push(...invalidEach(at, key, validateConfigMapKey));
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(at, key, 'duplicate of key present in binaryData'));
    size += byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...invalidEach(path('binaryData').key(key), key, validateConfigMapKey));
    size += decodedLength(value);
  }
  // No field: the error is about the whole object.
  // How upstream spells a path of nothing.
  if (size > MAX_BYTES) errors.push(tooLong('[]', MAX_BYTES));
  return errors;
}

export function validateConfigMapUpdate(configMap: ConfigMapLike, old: ConfigMapLike): FieldError[] {
  if (!old.immutable) return [];
  return [
    ...stillImmutable(configMap.immutable),
    ...unchanged(path('data'), configMap.data, old.data),
    ...unchanged(path('binaryData'), configMap.binaryData, old.binaryData),
  ];
}

/** How many bytes a base64 text stands for. */
export function decodedLength(base64: string): number {
  const characters = base64.replace(/[=\s]+/g, '').length;
  return Math.floor((characters * 3) / 4);
}

const FROZEN = 'field is immutable when `immutable` is set';

/** `immutable: true` is never taken back. */
export function stillImmutable(immutable: boolean | undefined): FieldError[] {
  return immutable ? [] : [forbidden(path('immutable'), FROZEN)];
}

export function unchanged(at: FieldPath, value: object = {}, old: object = {}): FieldError[] {
  return deepEqual(value, old) ? [] : [forbidden(at, FROZEN)];
}
