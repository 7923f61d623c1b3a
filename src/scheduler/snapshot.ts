/** The cluster as one batch sees it: nodes with what their pods take up. Placing a pod updates it in memory. */
import type { Node, Pod, Service } from '../client/resources.ts';
import { type NodeInfo, nodeInfo, type PodInfo, podInfo, put } from './infos.ts';
import { type SpreadGroup, SpreadGroups } from './spread-groups.ts';

export class Snapshot {
  readonly nodes: readonly NodeInfo[];
  readonly #byName: ReadonlyMap<string, NodeInfo>;
  readonly #groups: SpreadGroups;

  /** `assigned`: pods with a node that have not finished. `services` give ownerless pods their group. */
  constructor(nodes: readonly Node[], assigned: readonly Pod[], services: readonly Service[] = []) {
    this.nodes = nodes.map(nodeInfo);
    this.#byName = new Map(this.nodes.map((node) => [node.name, node]));
    for (const pod of assigned) {
      const node = this.#byName.get(pod.spec?.nodeName ?? '');
      if (node !== undefined) put(podInfo(pod), node);
    }
    this.#groups = new SpreadGroups(this.nodes, services);
  }

  /** Counts the pod on the node from now on, so that the rest of the batch sees what is left. */
  place(pod: PodInfo, node: NodeInfo): void {
    put(pod, node);
    this.#groups.placed(pod, node);
  }

  /** The pods that this one is to be spread from; undefined when it belongs to no owner or Service. */
  spreadGroup(pod: PodInfo): SpreadGroup | undefined {
    return this.#groups.of(pod);
  }
}
