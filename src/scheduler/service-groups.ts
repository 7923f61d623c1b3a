/**
 * Which ownerless pods belong together, and how many of them each node has: those that the same Services select. Owned
 * pods are counted by owner (cluster.ts). It is what upstream's default constraints derive from owners' and Services'
 * selectors, without reading the owners.
 */
import type { Service } from '../client/resources.ts';
import { mapSelectorMatches } from '../meta/selectors.ts';
import type { SpreadGroup } from './cluster.ts';
import type { NodeInfo, PlacedPod } from './infos.ts';

interface ServiceGroup {
  namespace: string;
  selector: Readonly<Record<string, string>>;
  counts: SpreadGroup;
}

export class ServiceGroups {
  readonly #nodes: readonly NodeInfo[];
  readonly #services: readonly Service[];
  readonly #groups = new Map<string, ServiceGroup>();

  constructor(nodes: readonly NodeInfo[], services: readonly Service[]) {
    this.#nodes = nodes;
    this.#services = services;
  }

  /** undefined: no Service selects the pod. */
  of(pod: PlacedPod): SpreadGroup | undefined {
    const selector = this.#selectorOf(pod);
    if (selector === undefined) return undefined;
    const key = `${pod.namespace} ${JSON.stringify(Object.entries(selector).sort())}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { namespace: pod.namespace, selector, counts: new Map() };
      for (const node of this.#nodes) for (const each of node.pods.values()) countIn(group, each, node);
      this.#groups.set(key, group);
    }
    return group.counts;
  }

  placed(pod: PlacedPod, node: NodeInfo): void {
    for (const group of this.#groups.values()) countIn(group, pod, node);
  }

  /** The labels that all Services selecting the pod ask for, merged. */
  #selectorOf(pod: PlacedPod): Record<string, string> | undefined {
    const selectors = this.#services
      .filter((service) => service.metadata.namespace === pod.namespace)
      .map((service) => service.spec?.selector)
      .filter((selector) => mapSelectorMatches(selector, pod.labels));
    return selectors.length === 0
      ? undefined
      : Object.fromEntries(selectors.flatMap((each) => Object.entries(each ?? {})));
  }
}

function countIn(group: ServiceGroup, pod: PlacedPod, node: NodeInfo): void {
  if (pod.terminating || pod.namespace !== group.namespace || !mapSelectorMatches(group.selector, pod.labels)) return;
  group.counts.set(node.name, (group.counts.get(node.name) ?? 0) + 1);
}
