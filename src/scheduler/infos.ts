/** Pods and nodes in the form that filters and scores read. */
import type { Node, Pod } from '../client/resources.ts';
import { controllerOf } from '../meta/object.ts';
import { type HostPort, hostPorts } from './host-ports.ts';
import { type Amounts, add, amounts, podRequests, podRequestsForScore } from './requests.ts';

/** Labels of a node that its topology is read from. */
export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

/** What others see of a pod that has a place. */
export interface PlacedPod {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** The uid of the controlling owner; '' when there is none. */
  owner: string;
  terminating: boolean;
  requests: Amounts;
  requestsForScore: Amounts;
  ports: readonly HostPort[];
}

/** A pod to be placed. */
export interface PodInfo extends PlacedPod {
  pod: Pod;
}

export interface NodeInfo {
  node: Node;
  name: string;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  allocatable: Amounts;
  requested: Amounts;
  requestedForScore: Amounts;
  /** By namespace/name. */
  pods: Map<string, PlacedPod>;
  ports: HostPort[];
  /** Bytes by image name. */
  images: ReadonlyMap<string, number>;
}

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

export function podInfo(pod: Pod): PodInfo {
  return { pod, ...placedPod(pod) };
}

/** Without the object: a cluster of 10,000 pods is kept in these. */
export function placedPod(pod: Pod): PlacedPod {
  return {
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    owner: controllerOf(pod)?.uid ?? '',
    terminating: pod.metadata.deletionTimestamp !== undefined,
    requests: podRequests(pod),
    requestsForScore: podRequestsForScore(pod),
    ports: hostPorts(pod),
  };
}

export function nodeInfo(node: Node): NodeInfo {
  const name = node.metadata.name ?? '';
  return {
    node,
    name,
    labels: node.metadata.labels ?? {},
    taints: node.spec?.taints ?? [],
    allocatable: amounts(node.status?.allocatable),
    requested: new Map(),
    requestedForScore: new Map(),
    pods: new Map(),
    ports: [],
    images: new Map(
      (node.status?.images ?? []).flatMap(({ names, sizeBytes }) =>
        (names ?? []).map((each) => [each, Number(sizeBytes ?? 0)]),
      ),
    ),
  };
}

/** Counts the pod among the node's. */
export function put(key: string, pod: PlacedPod, node: NodeInfo): void {
  node.pods.set(key, pod);
  node.ports.push(...pod.ports);
  add(node.requested, pod.requests);
  add(node.requestedForScore, pod.requestsForScore);
}

/** Counts a pod that was put no more. */
export function take(key: string, pod: PlacedPod, node: NodeInfo): void {
  node.pods.delete(key);
  if (pod.ports.length > 0) node.ports = node.ports.filter((port) => !pod.ports.includes(port));
  add(node.requested, pod.requests, -1);
  add(node.requestedForScore, pod.requestsForScore, -1);
}
