/** What an object counts for in the quotas of its namespace. Upstream: pkg/quota/v1/evaluator/core. */
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IService } from 'kubernetes-models/v1/Service';
import type { UnknownObject } from '../object.ts';
import { compareQuantity, parseQuantity, type Quantity } from '../quantity.ts';
import { type Amounts, ONE } from './amounts.ts';
import { countsPods, isPodCounted, podUsage } from './pod.ts';

const COUNT = 'count/';
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
const CLASS_BETA = 'volume.beta.kubernetes.io/storage-class';
const SERVICE_NAMES = new Set(['services', 'services.nodeports', 'services.loadbalancers']);
const CLAIM_NAMES = ['persistentvolumeclaims', 'requests.storage'];
/** Of core, that had names in quotas before every resource had one. */
const NAMED_COUNTS = new Set(['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas']);

/** The resource, as stored ("deployments.apps"), that a name of a quota is about; undefined for none that can be counted. */
export function resourceCounted(name: string): string | undefined {
  if (name.startsWith(COUNT)) return name.slice(COUNT.length);
  if (countsPods(name)) return 'pods';
  if (SERVICE_NAMES.has(name)) return 'services';
  if (CLAIM_NAMES.includes(name) || CLAIM_NAMES.some((each) => name.endsWith(`${CLASS_SUFFIX}${each}`))) {
    return 'persistentvolumeclaims';
  }
  return NAMED_COUNTS.has(name) ? name : undefined;
}

/** `resource` as stored. */
export function usageOf(resource: string, object: UnknownObject, now: Date): Amounts {
  const usage = new Map<string, Quantity>([[`${COUNT}${resource}`, ONE]]);
  for (const [name, amount] of ownUsage(resource, object, now)) usage.set(name, amount);
  return usage;
}

function ownUsage(resource: string, object: UnknownObject, now: Date): Amounts {
  if (NAMED_COUNTS.has(resource)) return new Map([[resource, ONE]]);
  switch (resource) {
    case 'pods':
      return isPodCounted(object as IPod, now) ? podUsage(object as IPod) : new Map();
    case 'services':
      return serviceUsage(object as IService);
    case 'persistentvolumeclaims':
      return claimUsage(object as IPersistentVolumeClaim);
    default:
      return new Map();
  }
}

function serviceUsage({ spec }: IService): Amounts {
  const usage = new Map([['services', ONE]]);
  const ports = spec?.ports ?? [];
  const number = (count: number) => parseQuantity(count);
  if (spec?.type === 'NodePort') usage.set('services.nodeports', number(ports.length));
  if (spec?.type === 'LoadBalancer') {
    usage.set('services.loadbalancers', ONE);
    const taken = spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort) : ports;
    usage.set('services.nodeports', number(taken.length));
  }
  return usage;
}

function claimUsage({ metadata, spec, status }: IPersistentVolumeClaim): Amounts {
  const usage = new Map([['persistentvolumeclaims', ONE]]);
  const storageClass = metadata?.annotations?.[CLASS_BETA] ?? spec?.storageClassName ?? '';
  if (storageClass !== '') usage.set(`${storageClass}${CLASS_SUFFIX}persistentvolumeclaims`, ONE);
  const asked = spec?.resources?.requests?.storage;
  if (asked === undefined) return usage;
  const allocated = status?.allocatedResources?.storage;
  const more = allocated !== undefined && compareQuantity(allocated, asked) > 0;
  const amount = parseQuantity(more ? allocated : asked);
  usage.set('requests.storage', amount);
  if (storageClass !== '') usage.set(`${storageClass}${CLASS_SUFFIX}requests.storage`, amount);
  return usage;
}
