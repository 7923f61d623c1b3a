/** The cluster as one batch sees it. Placing a pod counts it at once, and for this batch only: what became of it is in the log. */
import type { Service } from '../client/resources.ts';
import type { Cluster, SpreadGroup } from './cluster.ts';
import type { NodeInfo, PodInfo } from './infos.ts';
import { ServiceGroups } from './service-groups.ts';

export class Snapshot {
  readonly #cluster: Cluster;
  readonly #groups: ServiceGroups;
  readonly #assumed: string[] = [];

  /** `services` give ownerless pods their group. */
  constructor(cluster: Cluster, services: readonly Service[] = []) {
    this.#cluster = cluster;
    this.#groups = new ServiceGroups(cluster.nodes, services);
  }

  get nodes(): readonly NodeInfo[] {
    return this.#cluster.nodes;
  }

  /** Counts the pod on the node from now on, so that the rest of the batch sees what is left. */
  place(pod: PodInfo, node: NodeInfo): void {
    const key = podKey(pod);
    const { pod: _, ...placed } = pod;
    this.#cluster.place(key, placed, node.name);
    this.#assumed.push(key);
    this.#groups.placed(pod, node);
  }

  /** The pods that this one is to be spread from; undefined when it belongs to no owner or Service. */
  spreadGroup(pod: PodInfo): SpreadGroup | undefined {
    return pod.owner === '' ? this.#groups.of(pod) : this.#cluster.ownedBy(pod.owner);
  }

  /** Takes all placements back; the pods wait again. */
  forget(): void {
    for (const key of this.#assumed.splice(0)) {
      const waiting = this.#cluster.pending.get(key);
      this.#cluster.removePod(key);
      if (waiting !== undefined) this.#cluster.pending.set(key, waiting);
    }
  }
}

function podKey({ pod }: PodInfo): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
}
