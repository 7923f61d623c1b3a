/** Compute resources: names, quantities, requests against limits (upstream's validateResourceRequirements). */
import type { IResourceRequirements } from 'kubernetes-models/v1/ResourceRequirements';
import { clip } from '../../../meta/clip.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
} from '../../../meta/field-error.ts';
import { validateLabelKey } from '../../../meta/names.ts';
import { own } from '../../../meta/own.ts';
import {
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityMillis,
  quantityValue,
} from '../../../meta/quantity.ts';
import { dns1123Label, NEGATIVE, NOT_POSITIVE, qualifiedName } from './checks.ts';

export type ResourceList = Readonly<Record<string, string | number>>;

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const QUOTA_COUNTS = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const STANDARD_RESOURCES = new Set([
  ...CONTAINER_RESOURCES,
  ...CONTAINER_RESOURCES.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  ...QUOTA_COUNTS,
  'storage',
  'requests.storage',
]);

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** A name of Kubernetes' own: unprefixed or under kubernetes.io. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && validateLabelKey(`requests.${name}`).length === 0;
}

function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function validateResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = qualifiedName(at, name);
  if (errors.length > 0 || name.includes('/')) return errors;
  if (STANDARD_RESOURCES.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-')) return [];
  return [invalid(at, name, 'must be a standard resource type or fully qualified')];
}

function validateContainerResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = validateResourceName(at, name);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePages(name)) {
      errors.push(invalid(at, name, 'must be a standard resource for containers'));
    }
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

function validatePodResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = validateResourceName(at, name);
  if (errors.length > 0 || name === 'cpu' || name === 'memory' || isHugePages(name)) return errors;
  return [notSupported(at, name, ['cpu', 'memory'])];
}

/** The quantity, or an error in `errors` and undefined. */
export function readQuantity(errors: FieldError[], at: FieldPath, value: string | number): Quantity | undefined {
  try {
    return parseQuantity(value);
  } catch (error) {
    errors.push(invalid(at, value, error instanceof Error ? error.message : String(error)));
    return undefined;
  }
}

/** A quantity of resource `name`: not negative, and whole where the resource is counted. */
export function validateResourceQuantity(at: FieldPath, name: string, value: string | number): FieldError[] {
  const errors: FieldError[] = [];
  const quantity = readQuantity(errors, at, value);
  if (quantity === undefined) return errors;
  if (quantity.nanos < 0n) errors.push(invalid(at, formatQuantity(quantity), NEGATIVE));
  if ((QUOTA_COUNTS.includes(name) || isExtended(name)) && quantityMillis(quantity) % 1000 !== 0) {
    errors.push(invalid(at, formatQuantity(quantity), 'must be an integer'));
  }
  return errors;
}

/** A quantity above zero. */
export function validatePositiveQuantity(at: FieldPath, value: string | number): FieldError[] {
  const errors: FieldError[] = [];
  const quantity = readQuantity(errors, at, value);
  if (quantity !== undefined && quantity.nanos <= 0n) {
    errors.push(invalid(at, formatQuantity(quantity), NOT_POSITIVE));
  }
  return errors;
}

function validateHugePagesValue(at: FieldPath, name: string, value: string | number): FieldError[] {
  if (!isHugePages(name)) return [];
  try {
    const size = quantityValue(name.slice('hugepages-'.length));
    if (size > 0 && quantityValue(value) % size === 0) return [];
    return [invalid(at, formatQuantity(value), `${formatQuantity(value)} is not positive integer multiple of ${name}`)];
  } catch {
    return [invalid(at, value, `${value} is not positive integer multiple of ${name}`)];
  }
}

/** Requests, limits and claims of a container. `podClaims` are the names in spec.resourceClaims. */
export function validateContainerResources(
  at: FieldPath,
  resources: IResourceRequirements | undefined,
  podClaims: ReadonlySet<string>,
): FieldError[] {
  return validateResources(at, resources, podClaims, validateContainerResourceName);
}

/** Requests and limits of a whole pod (spec.resources). */
export function validatePodLevelResources(
  at: FieldPath,
  resources: IResourceRequirements,
  podClaims: ReadonlySet<string>,
): FieldError[] {
  return validateResources(at, resources, podClaims, validatePodResourceName);
}

function validateResources(
  at: FieldPath,
  { requests = {}, limits = {}, claims = [] }: IResourceRequirements = {},
  podClaims: ReadonlySet<string>,
  validateName: (at: FieldPath, name: string) => FieldError[],
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [list, path] of [
    [limits, at.child('limits')],
    [requests, at.child('requests')],
  ] as const) {
    for (const [name, value] of Object.entries(list)) {
      const entry = path.key(name);
      errors.push(...validateName(entry, name), ...validateResourceQuantity(entry, name, value));
      if (list === requests) errors.push(...validateAgainstLimit(at, name, value, limits));
      errors.push(...validateHugePagesValue(entry, name, value));
    }
  }
  const names = [...Object.keys(requests), ...Object.keys(limits)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbidden(at, 'HugePages require cpu or memory'));
  }
  errors.push(...validateClaims(at.child('claims'), claims, podClaims));
  return errors;
}

function validateAgainstLimit(at: FieldPath, name: string, value: string | number, limits: ResourceList): FieldError[] {
  const limit = own(limits, name);
  if (limit === undefined) {
    if (isOvercommitAllowed(name)) return [];
    return [required(at.child('limits'), 'Limit must be set for non overcommitable resources')];
  }
  let difference: number;
  try {
    difference = compareQuantity(value, limit);
  } catch {
    return []; // reported at the quantity itself
  }
  const shown = formatQuantity(value);
  if (difference !== 0 && !isOvercommitAllowed(name)) {
    return [invalid(at.child('requests'), shown, `must be equal to ${name} limit of ${formatQuantity(limit)}`)];
  }
  if (difference > 0) {
    const detail = `must be less than or equal to ${name} limit of ${formatQuantity(limit)}`;
    return [invalid(at.child('requests'), shown, detail)];
  }
  return [];
}

function validateClaims(
  at: FieldPath,
  claims: readonly { name: string; request?: string }[],
  podClaims: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const inParts = new Set<string>();
  const names = podClaims.size === 0 ? ' which is empty' : `: ${clip([...podClaims].sort().join(', '))}`;
  for (const [index, { name, request }] of claims.entries()) {
    const entry = at.index(index);
    if (!name) {
      errors.push(required(entry));
      continue;
    }
    if (seen.has(name)) {
      errors.push(duplicate(entry, name));
    } else {
      if (request) errors.push(...dns1123Label(entry.child('request'), request));
      const key = request ? `${name}/${request}` : name;
      if (seen.has(key)) errors.push(duplicate(entry, key));
      else if (!request && inParts.has(name)) errors.push(duplicate(entry, name));
      seen.add(key);
      if (request) inParts.add(name);
    }
    if (!podClaims.has(name)) {
      const error = notFoundValue(entry, name);
      errors.push({
        ...error,
        message: `${error.message}: must be one of the names in pod.spec.resourceClaims${names}`,
      });
    }
  }
  return errors;
}

/** Of a quota: what is counted may also be objects of any kind (`count/deployments.apps`). */
export function validateQuotaResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = qualifiedName(at, name);
  if (errors.length > 0 || name.includes('/')) return errors;
  if (STANDARD_RESOURCES.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-')) return [];
  return [invalid(at, name, 'must be a standard resource for quota')];
}

/** Of a LimitRange. */
export function validateLimitResourceName(at: FieldPath, name: string, type: string): FieldError[] {
  if (type === 'Pod' || type === 'Container') return validateContainerResourceName(at, name);
  return validateResourceName(at, name);
}
