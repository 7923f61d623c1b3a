import type { Node, Pod, Service } from '../../../src/client/resources.ts';
import { Cluster } from '../../../src/scheduler/cluster.ts';
import { Snapshot } from '../../../src/scheduler/snapshot.ts';

type PodSpec = NonNullable<Pod['spec']>;

interface PodOptions {
  namespace?: string;
  labels?: Record<string, string>;
  owner?: string;
  uid?: string;
  createdAt?: string;
  deletedAt?: string;
  generation?: number;
  /** Of the one container. */
  requests?: Record<string, string>;
  hostPorts?: object[];
  status?: object;
  /** Merged into the spec. */
  spec?: object;
}

export function pod(name: string, options: PodOptions = {}): Pod {
  const resources = options.requests === undefined ? {} : { resources: { requests: options.requests } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: options.namespace ?? 'default',
      name,
      uid: options.uid ?? `uid-${name}`,
      creationTimestamp: options.createdAt ?? '2026-01-01T00:00:00Z',
      labels: options.labels ?? {},
      ...(options.generation === undefined ? {} : { generation: options.generation }),
      ...(options.deletedAt === undefined ? {} : { deletionTimestamp: options.deletedAt }),
      ...(options.owner === undefined
        ? {}
        : {
            ownerReferences: [
              { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: options.owner, uid: options.owner, controller: true },
            ],
          }),
    },
    spec: {
      containers: [{ name: 'main', image: 'app:1', ports: options.hostPorts ?? [], ...resources }],
      ...options.spec,
    } as PodSpec,
    ...(options.status === undefined ? {} : { status: options.status }),
  };
}

interface NodeOptions {
  labels?: Record<string, string>;
  allocatable?: Record<string, string>;
  taints?: object[];
  unschedulable?: boolean;
  images?: { names: string[]; sizeBytes: number }[];
}

/** A node of 4 cores, 8 GiB and 110 pods. */
export function node(name: string, options: NodeOptions = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, labels: { 'kubernetes.io/hostname': name, ...options.labels } },
    spec: {
      ...(options.taints === undefined ? {} : { taints: options.taints }),
      ...(options.unschedulable === undefined ? {} : { unschedulable: options.unschedulable }),
    },
    status: {
      allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '50Gi', pods: '110', ...options.allocatable },
      ...(options.images === undefined ? {} : { images: options.images }),
    },
  } as Node;
}

export function assigned(base: Pod, nodeName: string): Pod {
  return { ...base, spec: { ...base.spec!, nodeName } };
}

/** `placed`: pods with a node. */
export function snapshotOf(
  nodes: readonly Node[],
  placed: readonly Pod[],
  services: readonly Service[] = [],
): Snapshot {
  const cluster = new Cluster();
  for (const each of nodes) cluster.setNode(each);
  for (const each of placed) cluster.setPod(`${each.metadata.namespace}/${each.metadata.name}`, each);
  return new Snapshot(cluster, services);
}
