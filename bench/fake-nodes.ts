/** Nodes without machines: they are ready, have room and heartbeat, and nobody runs their pods. */
import type { ApiClient } from './api-client.ts';
import { load } from './load.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
/** As the kubelet does. */
const RENEW_MS = 10_000;
const MERGE = 'application/merge-patch+json';

export interface FakeNodes {
  /** Adds nodes until there are so many. */
  grow(count: number): Promise<void>;
  /** Ends the heartbeats, the one under way included. */
  stop(): Promise<void>;
}

export function createFakeNodes(api: ApiClient): FakeNodes {
  let nodes = 0;
  let renewing = Promise.resolve();

  async function add(name: string): Promise<void> {
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const allocatable = { cpu: '64', memory: '256Gi', pods: '500' };
    const conditions = [
      { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now },
    ].map((each) => ({
      ...each,
      lastHeartbeatTime: `${now.slice(0, 19)}Z`,
      lastTransitionTime: `${now.slice(0, 19)}Z`,
    }));
    const node = {
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      status: { allocatable, capacity: allocatable, conditions },
    };
    await api.request('POST', '/api/v1/nodes', 201, JSON.stringify(node));
    const lease = {
      metadata: { name },
      spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime() },
    };
    await api.request('POST', LEASES, 201, JSON.stringify(lease));
  }

  const renew = () =>
    load(nodes, 4, (index) =>
      api.request('PATCH', `${LEASES}/node-${index}`, 200, JSON.stringify({ spec: { renewTime: microTime() } }), MERGE),
    );

  const timer = setInterval(() => {
    renewing = renewing.then(renew).then(
      () => {},
      (error: unknown) => console.error('a heartbeat failed', error),
    );
  }, RENEW_MS);

  return {
    async grow(count) {
      const first = nodes;
      await load(count - first, 8, (index) => add(`node-${first + index}`));
      nodes = count;
    },
    async stop() {
      clearInterval(timer);
      await renewing;
    },
  };
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
