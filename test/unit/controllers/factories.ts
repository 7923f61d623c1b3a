/** Objects as the API would return them, with what a test is about on top. */
import type { Deployment, Node, Pod, ReplicaSet, Service } from '../../../src/client/resources.ts';

type DeploymentSpec = NonNullable<Deployment['spec']>;

const TEMPLATE: DeploymentSpec['template'] = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1' }] },
};

export function deployment(spec: Partial<DeploymentSpec> = {}, rest: Partial<Deployment> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'deployment-uid', generation: 1 },
    spec: {
      replicas: 10,
      selector: { matchLabels: { app: 'web' } },
      template: TEMPLATE,
      progressDeadlineSeconds: 600,
      ...spec,
    },
    ...rest,
  };
}

export function rolling(maxSurge: number | string, maxUnavailable: number | string): DeploymentSpec['strategy'] {
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

/** `age`: larger is older. */
export function replicaSet(
  name: string,
  options: { replicas: number; available?: number; age?: number; annotations?: Record<string, string>; image?: string },
): ReplicaSet {
  const { replicas, available = replicas, age = 0, annotations = {}, image = 'web:1' } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'shop',
      uid: `${name}-uid`,
      generation: 1,
      annotations,
      creationTimestamp: new Date(Date.UTC(2026, 0, 2) - age * 1000).toISOString(),
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web', 'pod-template-hash': name } },
        spec: { containers: [{ name: 'web', image }] },
      },
    },
    status: { replicas, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
}

export function pod(
  name: string,
  rest: { metadata?: Pod['metadata']; spec?: Partial<Pod['spec']>; status?: Pod['status'] } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `${name}-uid`, labels: { app: 'web' }, ...rest.metadata },
    spec: { containers: [{ name: 'web', image: 'web:1' }], ...rest.spec },
    status: { phase: 'Running', ...rest.status },
  };
}

export function ready(since = '2026-01-01T00:00:00Z', status: 'True' | 'False' = 'True') {
  return { type: 'Ready', status, lastTransitionTime: since };
}

/** A pod that serves from this address. */
export function serving(name: string, podIP: string, rest: Parameters<typeof pod>[1] = {}): Pod {
  return pod(name, {
    ...rest,
    spec: { nodeName: 'node-a', ...rest.spec },
    status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [ready()], ...rest.status },
  });
}

export function service(spec: NonNullable<Service['spec']>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'service-uid', labels: { team: 'a' } },
    spec: { clusterIP: '10.96.0.1', ipFamilies: ['IPv4'], selector: { app: 'web' }, ...spec },
  };
}

export function node(
  name: string,
  rest: { spec?: Node['spec']; conditions?: Record<string, string>; at?: string } = {},
): Node {
  const at = rest.at ?? '2026-01-01T00:00:00Z';
  const conditions = Object.entries(rest.conditions ?? {}).map(([type, status]) => ({
    type,
    status,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `${name}-uid`, creationTimestamp: at },
    ...(rest.spec === undefined ? {} : { spec: rest.spec }),
    status: { conditions },
  };
}
