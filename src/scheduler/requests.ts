/** What a pod asks of a node, as upstream's component-helpers/resource PodRequests adds it up. */
import type { Pod } from '../client/resources.ts';
import { quantityMillis, quantityValue } from '../meta/quantity.ts';

/** By resource name. cpu in thousandths, everything else in its own unit (bytes, pieces). */
export type Amounts = Map<string, number>;

/** What scores count for containers that ask for nothing, so that such pods spread too (upstream's non-zero requests). */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

/** An init container with restartPolicy Always: it runs beside the app containers. */
const ALWAYS = 'Always';

type Container = NonNullable<Pod['spec']>['containers'][number];
type Quantities = Readonly<Record<string, string | number>>;

export function amounts(quantities: Quantities | undefined): Amounts {
  const result: Amounts = new Map();
  for (const [name, quantity] of Object.entries(quantities ?? {})) {
    result.set(name, name === 'cpu' ? quantityMillis(quantity) : quantityValue(quantity));
  }
  return result;
}

/**
 * The greater, by resource, of what runs for good (containers and sidecars) and what each init container needs beside
 * the sidecars started before it; requests of the pod as a whole replace both; overhead comes on top.
 */
export function podRequests(pod: Pod): Amounts {
  return total(pod, (container) => amounts(container.resources?.requests));
}

/** As podRequests, with defaults for cpu and memory where a container asks for none. For scores only. */
export function podRequestsForScore(pod: Pod): Amounts {
  return total(pod, (container) => {
    const requests = amounts(container.resources?.requests);
    if (!requests.has('cpu')) requests.set('cpu', DEFAULT_MILLI_CPU);
    if (!requests.has('memory')) requests.set('memory', DEFAULT_MEMORY);
    return requests;
  });
}

function total(pod: Pod, requestsOf: (container: Container) => Amounts): Amounts {
  const { spec } = pod;
  const result: Amounts = new Map();
  for (const container of spec?.containers ?? []) add(result, requestsOf(container));
  const sidecars: Amounts = new Map();
  const initPeak: Amounts = new Map();
  for (const container of spec?.initContainers ?? []) {
    const requests = requestsOf(container);
    if (container.restartPolicy === ALWAYS) {
      add(result, requests);
      add(sidecars, requests);
      raise(initPeak, sidecars);
    } else {
      add(requests, sidecars);
      raise(initPeak, requests);
    }
  }
  raise(result, initPeak);
  for (const [name, amount] of amounts(spec?.resources?.requests)) result.set(name, amount);
  add(result, amounts(spec?.overhead));
  return result;
}

/** Adds `more`, or so many times it, to `sum`, in place. */
export function add(sum: Amounts, more: Amounts, times = 1): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0) + amount * times);
}

function raise(peak: Amounts, other: Amounts): void {
  for (const [name, amount] of other) peak.set(name, Math.max(peak.get(name) ?? 0, amount));
}
