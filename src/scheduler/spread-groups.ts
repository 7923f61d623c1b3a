/**
 * Which pods belong together, and how many of them each node has. A pod's group is that of its controlling owner, else
 * of all Services that select it together: what upstream's default constraints derive from owners' and Services'
 * selectors, without reading the owners.
 */
import type { Service } from '../client/resources.ts';
import { mapSelectorMatches } from '../meta/selectors.ts';
import type { NodeInfo, PodInfo } from './infos.ts';

/** Pods of the group by node name. Pods being deleted do not count. */
export type SpreadGroup = Map<string, number>;

interface ServiceGroup {
  namespace: string;
  selector: Readonly<Record<string, string>>;
  counts: SpreadGroup;
}

export class SpreadGroups {
  readonly #nodes: readonly NodeInfo[];
  readonly #services: readonly Service[];
  /** Made when the first ownered pod asks. */
  #byOwner: Map<string, SpreadGroup> | undefined;
  readonly #byServices = new Map<string, ServiceGroup>();

  constructor(nodes: readonly NodeInfo[], services: readonly Service[]) {
    this.#nodes = nodes;
    this.#services = services;
  }

  of(pod: PodInfo): SpreadGroup | undefined {
    if (pod.owner !== '') {
      const groups = this.#owners();
      const group: SpreadGroup = groups.get(pod.owner) ?? new Map();
      groups.set(pod.owner, group);
      return group;
    }
    const selector = this.#selectorOf(pod);
    if (selector === undefined) return undefined;
    const key = `${pod.namespace} ${JSON.stringify(Object.entries(selector).sort())}`;
    let group = this.#byServices.get(key);
    if (group === undefined) {
      group = { namespace: pod.namespace, selector, counts: new Map() };
      for (const node of this.#nodes) for (const each of node.pods) countIn(group, each, node);
      this.#byServices.set(key, group);
    }
    return group.counts;
  }

  placed(pod: PodInfo, node: NodeInfo): void {
    if (pod.owner !== '' && this.#byOwner !== undefined) countOwned(this.#byOwner, pod, node);
    for (const group of this.#byServices.values()) countIn(group, pod, node);
  }

  #owners(): Map<string, SpreadGroup> {
    if (this.#byOwner === undefined) {
      this.#byOwner = new Map();
      for (const node of this.#nodes) for (const pod of node.pods) countOwned(this.#byOwner, pod, node);
    }
    return this.#byOwner;
  }

  /** The labels that all Services selecting the pod ask for, merged. */
  #selectorOf(pod: PodInfo): Record<string, string> | undefined {
    const selectors = this.#services
      .filter((service) => service.metadata.namespace === pod.namespace)
      .map((service) => service.spec?.selector)
      .filter((selector) => mapSelectorMatches(selector, pod.labels));
    return selectors.length === 0 ? undefined : Object.assign({}, ...selectors);
  }
}

function countOwned(groups: Map<string, SpreadGroup>, pod: PodInfo, node: NodeInfo): void {
  if (pod.owner === '' || pod.terminating) return;
  const group: SpreadGroup = groups.get(pod.owner) ?? new Map();
  group.set(node.name, (group.get(node.name) ?? 0) + 1);
  groups.set(pod.owner, group);
}

function countIn(group: ServiceGroup, pod: PodInfo, node: NodeInfo): void {
  if (pod.terminating || pod.namespace !== group.namespace || !mapSelectorMatches(group.selector, pod.labels)) return;
  group.counts.set(node.name, (group.counts.get(node.name) ?? 0) + 1);
}
