/** What pods count for in quotas. Upstream: pkg/quota/v1/evaluator/core, pods. */
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { Quantity, QuantityLike } from '../quantity.ts';
import { type Amounts, add, amountsOf, ONE, raise } from './amounts.ts';

type Spec = NonNullable<IPod['spec']>;
type Container = Spec['containers'][number];
type Which = 'requests' | 'limits';

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const NAMES = new Set(['pods', ...COMPUTE, ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`])]);
const HUGE_PAGES = 'hugepages-';
/** Those that each container must name where a quota does: a mistake of upstream's first days, kept for compatibility. */
const DEMANDED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/');
}

/** Whether this name of a quota is of pods. */
export function countsPods(name: string): boolean {
  if (NAMES.has(name) || name.startsWith(HUGE_PAGES)) return true;
  if (!name.startsWith('requests.')) return false;
  const asked = name.slice('requests.'.length);
  return asked.startsWith(HUGE_PAGES) || isExtended(asked);
}

/** Of what has ended, or is gone with its node, nothing is used. */
export function isPodCounted({ metadata, status }: IPod, now: Date): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata ?? {};
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now.getTime() <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

/** Without `count/pods`, which is of every pod that is stored. */
export function podUsage({ spec }: IPod): Amounts {
  const usage =
    spec === undefined ? new Map<string, Quantity>() : named(total(spec, 'requests'), total(spec, 'limits'));
  usage.set('pods', ONE);
  return usage;
}

/** What the pod's containers do not say of what the quota counts, or undefined. */
export function podFault({ spec }: IPod, restricted: readonly string[]): string | undefined {
  const whole = namesOf(spec?.resources);
  const required = DEMANDED.filter((name) => restricted.includes(name) && !whole.has(name)).sort();
  if (required.length === 0) return undefined;
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name, resources }) => ({
    name,
    says: namesOf(resources),
  }));
  const missing = required.flatMap((resource) => {
    const silent = containers.filter(({ says }) => !says.has(resource)).map(({ name }) => name);
    return silent.length === 0 ? [] : [`${resource} for: ${[...new Set(silent)].sort().join(',')}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}

function namesOf(resources: Container['resources']): Set<string> {
  return new Set(
    named(amountsOf(quantities(resources, 'requests')), amountsOf(quantities(resources, 'limits'))).keys(),
  );
}

/** Requests and limits by the names that quotas have for them. */
function named(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const usage = new Map<string, Quantity>();
  for (const [name, amount] of requests) {
    const isNative = COMPUTE.includes(name) || name.startsWith(HUGE_PAGES);
    if (isNative) usage.set(name, amount);
    if (isNative || isExtended(name)) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) if (COMPUTE.includes(name)) usage.set(`limits.${name}`, amount);
  return usage;
}

function quantities(resources: Container['resources'], which: Which): Record<string, QuantityLike> | undefined {
  return resources?.[which];
}

/**
 * The greater, by resource, of what runs for good (containers and sidecars) and what each init container needs beside the
 * sidecars before it; what the whole pod asks for replaces both, and overhead comes on top of what is limited or asked.
 */
function total(spec: Spec, which: Which): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  const sidecars = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const { resources } of spec.containers) add(sum, amountsOf(quantities(resources, which)));
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const amounts = amountsOf(quantities(resources, which));
    if (restartPolicy === 'Always') {
      add(sum, amounts);
      add(sidecars, amounts);
      raise(peak, sidecars);
    } else {
      add(amounts, sidecars);
      raise(peak, amounts);
    }
  }
  raise(sum, peak);
  for (const [name, amount] of amountsOf(quantities(spec.resources, which))) sum.set(name, amount);
  for (const [name, amount] of amountsOf(spec.overhead)) {
    // Overhead limits nothing that has no limit.
    if (which === 'requests' || sum.has(name)) add(sum, new Map([[name, amount]]));
  }
  return sum;
}
