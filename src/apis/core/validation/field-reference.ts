/** fieldRef and resourceFieldRef of environment variables and downward API volumes. */
import type { IObjectFieldSelector } from 'kubernetes-models/v1/ObjectFieldSelector';
import type { IResourceFieldSelector } from 'kubernetes-models/v1/ResourceFieldSelector';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '../../../meta/field-error.ts';
import { compareQuantity, formatQuantity } from '../../../meta/quantity.ts';
import { qualifiedName } from './checks.ts';
import { readQuantity } from './resources.ts';

/** Every field that v1 pods can be asked for, with or without subscript (upstream's ConvertDownwardAPIFieldLabel). */
const POD_FIELDS = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
/** Of the first `['`, so that there is one way to read a path. */
const SUBSCRIPT = /^([^[]*)\['(.*)'\]$/;

/** `supported` are the paths that may be used here, sorted. */
export function validateFieldRef(
  at: FieldPath,
  { apiVersion, fieldPath }: IObjectFieldSelector,
  supported: readonly string[],
): FieldError[] {
  if (!apiVersion) return [required(at.child('apiVersion'))];
  if (!fieldPath) return [required(at.child('fieldPath'))];
  const failed = (reason: string) => [
    invalid(at.child('fieldPath'), fieldPath, `error converting fieldPath: ${reason}`),
  ];
  if (apiVersion !== 'v1') return failed(`unsupported pod version: ${apiVersion}`);

  const [, path, subscript] = SUBSCRIPT.exec(fieldPath) ?? [];
  if (path !== undefined && subscript !== undefined) {
    if (path === 'metadata.annotations') return qualifiedName(at, subscript.toLowerCase());
    if (path === 'metadata.labels') return qualifiedName(at, subscript);
    return failed(`field label does not support subscript: ${fieldPath}`);
  }
  // The v1beta names of spec.nodeName are still accepted.
  const converted = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!POD_FIELDS.has(converted)) return failed(`field label not supported: ${fieldPath}`);
  return supported.includes(converted) ? [] : [notSupported(at.child('fieldPath'), converted, supported)];
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** `volume` is true where no container is implied, so that containerName is required. */
export function validateResourceFieldRef(
  at: FieldPath,
  { containerName, resource, divisor }: IResourceFieldSelector,
  { volume }: { volume: boolean },
): FieldError[] {
  const errors: FieldError[] = [];
  const hugePages = /^(requests|limits)\.hugepages-/.test(resource ?? '');
  if (volume && !containerName) errors.push(required(at.child('containerName')));
  else if (!resource) errors.push(required(at.child('resource')));
  else if (!RESOURCES.includes(resource) && !hugePages) {
    errors.push(notSupported(at.child('resource'), resource, RESOURCES));
  }
  if (divisor === undefined) return errors;
  const quantity = readQuantity(errors, at.child('divisor'), divisor);
  if (quantity === undefined || compareQuantity(quantity, 0) === 0) return errors;

  const kind = hugePages ? 'hugepages' : (resource ?? '').replace(/^(requests|limits)\./, '');
  const shown = formatQuantity(quantity);
  const refuse = (values: readonly string[], what: string) => {
    if (values.includes(shown)) return;
    const listed = values.length === 2 ? values.join(' and ') : values.join(', ');
    const detail = `only divisor's values ${listed} are supported with the ${what} resource`;
    errors.push(invalid(at.child('divisor'), resource, detail));
  };
  if (kind === 'cpu') refuse(['1m', '1'], 'cpu');
  else if (kind === 'memory' || kind === 'hugepages') refuse(BYTE_DIVISORS, kind);
  else if (kind === 'ephemeral-storage') refuse(BYTE_DIVISORS, 'local ephemeral storage');
  return errors;
}
