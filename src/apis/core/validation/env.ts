/** Environment variables of containers. */
import type { IEnvFromSource } from 'kubernetes-models/v1/EnvFromSource';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import { type FieldError, type FieldPath, invalid, required } from '../../../meta/field-error.ts';
import { nameIsDnsSubdomain, validateConfigMapKey, validateRelaxedEnvVarName } from '../../../meta/names.ts';
import { dns1123Subdomain, invalidEach, localNonReservedPath, present } from './checks.ts';
import { validateFieldRef, validateResourceFieldRef } from './field-reference.ts';

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export function validateEnv(at: FieldPath, variables: readonly IEnvVar[]): FieldError[] {
  return variables.flatMap((variable, index) => {
    const entry = at.index(index);
    const errors = variable.name
      ? invalidEach(entry.child('name'), variable.name, validateRelaxedEnvVarName)
      : [required(entry.child('name'))];
    return [...errors, ...validateValueFrom(entry.child('valueFrom'), variable)];
  });
}

function validateValueFrom(at: FieldPath, { value, valueFrom }: IEnvVar): FieldError[] {
  if (valueFrom === undefined) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const errors: FieldError[] = [];
  if (fieldRef) errors.push(...validateFieldRef(at.child('fieldRef'), fieldRef, ENV_FIELDS));
  if (resourceFieldRef) {
    errors.push(...validateResourceFieldRef(at.child('resourceFieldRef'), resourceFieldRef, { volume: false }));
  }
  if (configMapKeyRef) errors.push(...validateKeySelector(at.child('configMapKeyRef'), configMapKeyRef));
  if (secretKeyRef) errors.push(...validateKeySelector(at.child('secretKeyRef'), secretKeyRef));
  if (fileKeyRef) errors.push(...validateFileKeySelector(at.child('fileKeyRef'), fileKeyRef));

  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) {
    const names = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(at, '', `must specify one of: ${names}`));
  } else if (value) {
    errors.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) {
    errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateKeySelector(at: FieldPath, { name = '', key }: { name?: string; key: string }): FieldError[] {
  return [
    ...dns1123Subdomain(at.child('name'), name),
    ...(key ? invalidEach(at.child('key'), key, validateConfigMapKey) : [required(at.child('key'))]),
  ];
}

function validateFileKeySelector(
  at: FieldPath,
  { key, volumeName, path }: { key: string; volumeName: string; path: string },
): FieldError[] {
  return [
    ...(key ? invalidEach(at.child('key'), key, validateRelaxedEnvVarName) : [required(at.child('key'))]),
    ...present(at.child('volumeName'), volumeName),
    ...(path ? localNonReservedPath(at.child('path'), path) : [required(at.child('path'))]),
  ];
}

/** Upstream reports a missing or doubled source at the list, not at its entry. */
export function validateEnvFrom(at: FieldPath, sources: readonly IEnvFromSource[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const entry = at.index(index);
    if (prefix) errors.push(...invalidEach(entry.child('prefix'), prefix, validateRelaxedEnvVarName));
    if (configMapRef) errors.push(...validateReference(entry.child('configMapRef', 'name'), configMapRef.name));
    if (secretRef) errors.push(...validateReference(entry.child('secretRef', 'name'), secretRef.name));
    if (!configMapRef && !secretRef) {
      errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
    }
  }
  return errors;
}

function validateReference(at: FieldPath, name: string | undefined): FieldError[] {
  // As a prefix: upstream has always let these names end in a dash.
  return name ? invalidEach(at, name, (value) => nameIsDnsSubdomain(value, true)) : [required(at)];
}
