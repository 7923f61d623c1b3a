/** The cluster as one batch sees it: nodes with what their pods take up. Placing a pod updates it in memory. */
import type { Node, Pod, Service } from '../client/resources.ts';
import { controllerOf } from '../meta/object.ts';
import { type HostPort, hostPorts } from './host-ports.ts';
import { type Amounts, add, amounts, podRequests, podRequestsForScore } from './requests.ts';
import { type SpreadGroup, SpreadGroups } from './spread-groups.ts';

/** Labels of a node that its topology is read from. */
export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

export interface PodInfo {
  pod: Pod;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** The uid of the controlling owner; '' when there is none. */
  owner: string;
  terminating: boolean;
  requests: Amounts;
  requestsForScore: Amounts;
  ports: readonly HostPort[];
}

export interface NodeInfo {
  node: Node;
  name: string;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  allocatable: Amounts;
  requested: Amounts;
  requestedForScore: Amounts;
  pods: PodInfo[];
  ports: HostPort[];
  /** Bytes by image name. */
  images: ReadonlyMap<string, number>;
}

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

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

export function podInfo(pod: Pod): PodInfo {
  return {
    pod,
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    owner: controllerOf(pod)?.uid ?? '',
    terminating: pod.metadata.deletionTimestamp !== undefined,
    requests: podRequests(pod),
    requestsForScore: podRequestsForScore(pod),
    ports: hostPorts(pod),
  };
}

function nodeInfo(node: Node): NodeInfo {
  const name = node.metadata.name ?? '';
  return {
    node,
    name,
    labels: node.metadata.labels ?? {},
    taints: node.spec?.taints ?? [],
    allocatable: amounts(node.status?.allocatable),
    requested: new Map(),
    requestedForScore: new Map(),
    pods: [],
    ports: [],
    images: new Map(
      (node.status?.images ?? []).flatMap(({ names, sizeBytes }) =>
        (names ?? []).map((each) => [each, sizeBytes ?? 0]),
      ),
    ),
  };
}

function put(pod: PodInfo, node: NodeInfo): void {
  node.pods.push(pod);
  node.ports.push(...pod.ports);
  add(node.requested, pod.requests);
  add(node.requestedForScore, pod.requestsForScore);
}
