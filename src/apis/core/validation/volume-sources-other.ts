/**
 * Volume sources of storage systems that Kedge does not mount itself: structure and required fields, as upstream checks
 * them, so that a spec that is refused there is refused here.
 */
import type { IVolume } from 'kubernetes-models/v1/Volume';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '../../../meta/field-error.ts';
import { dns1123Label, inRange, localDescendingPath, optionalOneOf, present } from './checks.ts';

type Source<K extends keyof IVolume> = NonNullable<IVolume[K]>;

const FORMATS = [
  /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  /^eui.[A-Za-z0-9]{16}$/,
  /^naa.[A-Za-z0-9]{32}$/,
];

export function validateGitRepo(at: FieldPath, { repository, directory = '' }: Source<'gitRepo'>): FieldError[] {
  return [...present(at.child('repository'), repository), ...localDescendingPath(at.child('directory'), directory)];
}

/** GCE persistent disks and AWS block stores: `idField` names the disk. */
export function validateDisk(at: FieldPath, idField: string, id: string, partition: number | undefined): FieldError[] {
  const errors = present(at.child(idField), id);
  // 0 is allowed, whatever the message says: upstream's words.
  if (partition !== undefined && (partition < 0 || partition > 255)) {
    errors.push(invalid(at.child('partition'), partition, 'must be between 1 and 255, inclusive'));
  }
  return errors;
}

export function validateISCSI(at: FieldPath, source: Source<'iscsi'>, volumeName: string): FieldError[] {
  const { targetPortal, iqn, lun, initiatorName, chapAuthDiscovery, chapAuthSession, secretRef } = source;
  const errors = present(at.child('iscsi', 'targetPortal'), targetPortal);
  errors.push(...(iqn ? validateIQN(at.child('iscsi', 'iqn'), iqn) : [required(at.child('iscsi', 'iqn'))]));
  errors.push(...inRange(at.child('iscsi', 'lun'), lun, 0, 255));
  if ((chapAuthDiscovery || chapAuthSession) && !secretRef) errors.push(required(at.child('iscsi', 'secretRef')));
  if (initiatorName === undefined) return errors;
  errors.push(...validateIQN(at.child('iscsi', 'initiatorname'), initiatorName));
  if (`${volumeName}:${targetPortal}`.length > 64) {
    const detail =
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
    errors.push(invalid(at.child('name'), volumeName, detail));
  }
  return errors;
}

function validateIQN(at: FieldPath, value: string): FieldError[] {
  if (!/^(iqn|eui|naa)/.test(value)) {
    return [invalid(at, value, 'must be valid format starting with iqn, eui, or naa')];
  }
  return FORMATS.some((format) => format.test(value)) ? [] : [invalid(at, value, 'must be valid format')];
}

export function validateFlocker(at: FieldPath, { datasetName = '', datasetUUID }: Source<'flocker'>): FieldError[] {
  const errors: FieldError[] = [];
  if (!datasetName && !datasetUUID) errors.push(required(at, 'one of datasetName and datasetUUID is required'));
  if (datasetName && datasetUUID) {
    errors.push(invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  }
  if (datasetName.includes('/')) errors.push(invalid(at.child('datasetName'), datasetName, "must not contain '/'"));
  return errors;
}

export function validateRBD(at: FieldPath, { monitors = [], image }: Source<'rbd'>): FieldError[] {
  return [...notEmpty(at.child('monitors'), monitors), ...present(at.child('image'), image)];
}

export function validateCephFS(at: FieldPath, { monitors = [] }: Source<'cephfs'>): FieldError[] {
  return notEmpty(at.child('monitors'), monitors);
}

export function validateCinder(at: FieldPath, { volumeID, secretRef }: Source<'cinder'>): FieldError[] {
  return [
    ...present(at.child('volumeID'), volumeID),
    ...(secretRef ? present(at.child('secretRef', 'name'), secretRef.name) : []),
  ];
}

export function validateQuobyte(at: FieldPath, { registry, tenant = '', volume }: Source<'quobyte'>): FieldError[] {
  const errors: FieldError[] = [];
  const detail = 'must be a host:port pair or multiple pairs separated by commas';
  if (!registry) errors.push(required(at.child('registry'), detail));
  else if (tenant.length >= 65) {
    errors.push(required(at.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    const faulty = registry.split(',').filter((pair) => !/^([^:[\]]*|\[[^[\]]*\]):[^:]*$/.test(pair));
    errors.push(...faulty.map(() => invalid(at.child('registry'), registry, detail)));
  }
  return [...errors, ...present(at.child('volume'), volume)];
}

export function validateFC(at: FieldPath, { targetWWNs = [], wwids = [], lun }: Source<'fc'>): FieldError[] {
  const errors: FieldError[] = [];
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(at.child('targetWWNs'), 'must specify either targetWWNs or wwids, but not both'));
  }
  if (targetWWNs.length > 0 && wwids.length > 0) {
    const detail = 'targetWWNs and wwids can not be specified simultaneously';
    errors.push(invalid(at.child('targetWWNs'), targetWWNs, detail));
  }
  if (targetWWNs.length === 0) return errors;
  if (lun === undefined) return [...errors, required(at.child('lun'), 'lun is required if targetWWNs is specified')];
  return [...errors, ...inRange(at.child('lun'), lun, 0, 255)];
}

export function validateFlexVolume(at: FieldPath, { driver, options = {} }: Source<'flexVolume'>): FieldError[] {
  const reserved = Object.keys(options).filter((key) => {
    const namespace = `.${(key.includes('/') ? key.slice(0, key.indexOf('/')) : key).toLowerCase()}`;
    return namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io');
  });
  return [
    ...present(at.child('driver'), driver),
    ...reserved.map((key) =>
      invalid(at.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'),
    ),
  ];
}

export function validateAzureDisk(at: FieldPath, source: Source<'azureDisk'>): FieldError[] {
  const { diskName, diskURI = '', cachingMode, kind } = source;
  const errors = [
    ...present(at.child('diskName'), diskName),
    ...present(at.child('diskURI'), diskURI),
    ...optionalOneOf(at.child('cachingMode'), cachingMode, ['None', 'ReadOnly', 'ReadWrite']),
    ...optionalOneOf(at.child('kind'), kind, ['Dedicated', 'Managed', 'Shared']),
  ];
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) {
    const form = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
    errors.push(notSupported(at.child('diskURI'), diskURI, [form]));
  }
  if (kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://')) {
    const form = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
    errors.push(notSupported(at.child('diskURI'), diskURI, [form]));
  }
  return errors;
}

export function validateStorageOS(at: FieldPath, source: Source<'storageos'>): FieldError[] {
  const { volumeName, volumeNamespace, secretRef } = source;
  return [
    ...(volumeName ? dns1123Label(at.child('volumeName'), volumeName) : [required(at.child('volumeName'))]),
    ...(volumeNamespace ? dns1123Label(at.child('volumeNamespace'), volumeNamespace) : []),
    ...(secretRef ? present(at.child('secretRef', 'name'), secretRef.name) : []),
  ];
}

/** Sources that only have fields to fill in. */
export function validateRequired<T extends object>(
  at: FieldPath,
  source: T,
  ...names: (keyof T & string)[]
): FieldError[] {
  return names.flatMap((name) => (source[name] ? [] : [required(at.child(name))]));
}

function notEmpty(at: FieldPath, list: readonly unknown[]): FieldError[] {
  return list.length === 0 ? [required(at)] : [];
}
