/** How containers use volumes: mounts and block devices. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IVolumeMount } from 'kubernetes-models/v1/VolumeMount';
import { type FieldError, type FieldPath, forbidden, invalid, notFoundValue } from '../../../meta/field-error.ts';
import { localDescendingPath, noBacksteps, optionalOneOf, present } from './checks.ts';
import type { Volumes } from './volume.ts';

/** Some faults are reported at the list (`volumeMounts.subPath`), as upstream does. */
export function validateVolumeMounts(at: FieldPath, container: IContainer, volumes: Volumes): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const deviceNames = new Set(volumeDevices.map((device) => device.name));
  const devicePaths = new Set(volumeDevices.map(({ devicePath }) => devicePath));
  for (const [index, mount] of volumeMounts.entries()) {
    const entry = at.index(index);
    const { name, mountPath } = mount;
    errors.push(...present(entry.child('name'), name));
    if (!volumes.has(name)) errors.push(notFoundValue(entry.child('name'), name));
    errors.push(...present(entry.child('mountPath'), mountPath));
    if (paths.has(mountPath)) errors.push(invalid(entry.child('mountPath'), mountPath, 'must be unique'));
    paths.add(mountPath);
    if (deviceNames.has(name)) {
      errors.push(invalid(entry.child('name'), name, 'must not already exist in volumeDevices'));
    }
    if (devicePaths.has(mountPath)) {
      const detail = 'must not already exist as a path in volumeDevices';
      errors.push(invalid(entry.child('mountPath'), mountPath, detail));
    }
    errors.push(...validateSubPaths(at, entry, mount), ...validatePropagation(at, mount, container));
    errors.push(...validateRecursiveReadOnly(at.child('recursiveReadOnly'), mount));
  }
  return errors;
}

function validateSubPaths(list: FieldPath, at: FieldPath, { subPath, subPathExpr }: IVolumeMount): FieldError[] {
  const errors = subPath ? localDescendingPath(list.child('subPath'), subPath) : [];
  if (!subPathExpr) return errors;
  if (subPath) {
    const detail = 'subPathExpr and subPath are mutually exclusive';
    errors.push(invalid(at.child('subPathExpr'), subPathExpr, detail));
  }
  return [...errors, ...localDescendingPath(list.child('subPathExpr'), subPathExpr)];
}

function validatePropagation(
  list: FieldPath,
  { mountPropagation }: IVolumeMount,
  { securityContext }: IContainer,
): FieldError[] {
  const at = list.child('mountPropagation');
  const errors = optionalOneOf(at, mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
  if (mountPropagation === 'Bidirectional' && securityContext?.privileged !== true) {
    errors.push(forbidden(at, 'Bidirectional mount propagation is available only to privileged containers'));
  }
  return errors;
}

function validateRecursiveReadOnly(at: FieldPath, mount: IVolumeMount): FieldError[] {
  const { recursiveReadOnly, readOnly, mountPropagation = 'None' } = mount;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') {
    return optionalOneOf(at, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']);
  }
  const errors = readOnly ? [] : [forbidden(at, 'may only be specified when readOnly is true')];
  if (mountPropagation !== 'None') {
    errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
  }
  return errors;
}

export function validateVolumeDevices(at: FieldPath, container: IContainer, volumes: Volumes): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const errors: FieldError[] = [];
  const names = new Set<string>();
  const paths = new Set<string>();
  const mountNames = new Set(volumeMounts.map((mount) => mount.name));
  const mountPaths = new Set(volumeMounts.map(({ mountPath }) => mountPath));
  for (const [index, { name, devicePath }] of volumeDevices.entries()) {
    const entry = at.index(index);
    const namePath = entry.child('name');
    const path = entry.child('devicePath');
    const volume = volumes.get(name);
    errors.push(...present(namePath, name));
    if (names.has(name)) errors.push(invalid(namePath, name, 'must be unique'));
    if (volume === undefined) errors.push(notFoundValue(namePath, name));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(namePath, name, detail));
    }
    errors.push(...present(path, devicePath));
    if (paths.has(devicePath)) errors.push(invalid(path, devicePath, 'must be unique'));
    if (noBacksteps(path, devicePath).length > 0) {
      errors.push(invalid(path, devicePath, "can not contain backsteps ('..')"));
    } else {
      paths.add(devicePath);
    }
    if (mountNames.has(name)) {
      errors.push(invalid(namePath, name, 'must not already exist in volumeMounts'));
    }
    if (mountPaths.has(devicePath)) {
      errors.push(invalid(path, devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name) names.add(name);
  }
  return errors;
}
