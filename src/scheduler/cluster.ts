/**
 * A tenant's cluster as its change log tells it: nodes with what their pods take up, and the pods that wait for a place.
 * Plain data that can be kept from one pass to the next and brought up to date by what changed since, so that placing one
 * pod does not cost a reading of all.
 */
import type { Node, Pod } from '../client/resources.ts';
import { type NodeInfo, nodeInfo, type PlacedPod, placedPod, put, take } from './infos.ts';
import { isFinished, isPending } from './keys.ts';

/** Pods by node name. Pods being deleted do not count. */
export type SpreadGroup = Map<string, number>;

export class Cluster {
  /** Waiting pods by namespace/name. */
  readonly pending = new Map<string, Pod>();
  readonly #nodes = new Map<string, NodeInfo>();
  #sorted: NodeInfo[] | undefined;
  readonly #placed = new Map<string, { pod: PlacedPod; node: string }>();
  /** Also of nodes that are not there. */
  readonly #byNode = new Map<string, Map<string, PlacedPod>>();
  readonly #byOwner = new Map<string, SpreadGroup>();

  /** In the order of their names. */
  get nodes(): readonly NodeInfo[] {
    this.#sorted ??= [...this.#nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.#sorted;
  }

  setNode(node: Node): void {
    const info = nodeInfo(node);
    for (const [key, pod] of this.#byNode.get(info.name) ?? []) put(key, pod, info);
    this.#nodes.set(info.name, info);
    this.#sorted = undefined;
  }

  removeNode(name: string): void {
    this.#nodes.delete(name);
    this.#sorted = undefined;
  }

  setPod(key: string, pod: Pod): void {
    this.removePod(key);
    const node = pod.spec?.nodeName ?? '';
    if (node === '') {
      if (isPending(pod)) this.pending.set(key, pod);
    } else if (!isFinished(pod.status?.phase)) {
      this.place(key, placedPod(pod), node);
    }
  }

  removePod(key: string): void {
    this.pending.delete(key);
    const { pod, node } = this.#placed.get(key) ?? {};
    if (pod === undefined || node === undefined) return;
    this.#placed.delete(key);
    const info = this.#nodes.get(node);
    if (info !== undefined) take(key, pod, info);
    const others = this.#byNode.get(node);
    others?.delete(key);
    if (others?.size === 0) this.#byNode.delete(node);
    this.#countOwned(pod, node, -1);
  }

  /** Counts the pod on the node, which need not be there yet. The pod must not have a place. */
  place(key: string, pod: PlacedPod, node: string): void {
    this.#placed.set(key, { pod, node });
    const info = this.#nodes.get(node);
    if (info !== undefined) put(key, pod, info);
    const others = this.#byNode.get(node);
    if (others === undefined) this.#byNode.set(node, new Map([[key, pod]]));
    else others.set(key, pod);
    this.#countOwned(pod, node, 1);
  }

  /** The pods of a controlling owner, by its uid. */
  ownedBy(owner: string): SpreadGroup {
    return this.#byOwner.get(owner) ?? new Map();
  }

  #countOwned({ owner, terminating }: PlacedPod, node: string, by: 1 | -1): void {
    if (owner === '' || terminating) return;
    const group: SpreadGroup = this.#byOwner.get(owner) ?? new Map();
    const count = (group.get(node) ?? 0) + by;
    if (count > 0) group.set(node, count);
    else group.delete(node);
    if (group.size > 0) this.#byOwner.set(owner, group);
    else this.#byOwner.delete(owner);
  }
}
