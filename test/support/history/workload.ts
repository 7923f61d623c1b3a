/**
 * What keeps the controllers and the scheduler of a tenant busy during a run (namespaces that come and go, Deployments that
 * are scaled, a node with its kubelet), and what must be true of it when they have caught up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deployment } from '../../contract/api-objects.ts';
import type { Caller } from './caller.ts';
import type { Random } from './random.ts';

const NODE = 'history';
const PREFIX = 'made-';
const MERGE = 'application/merge-patch+json';

export async function makeNode(caller: Caller): Promise<void> {
  const metadata = { name: NODE };
  await caller.insist('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata });
}

/** Reports the node ready, and ends pods that are to end. */
export async function runKubelet(caller: Caller, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'ready',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    const resources = { cpu: '64', memory: '64Gi', pods: '1000' };
    const status = { conditions: [ready], capacity: resources, allocatable: resources };
    await caller.call('PATCH', `/api/v1/nodes/${NODE}/status`, { status }, MERGE);
    const pods = await caller.call('GET', `/api/v1/pods?fieldSelector=spec.nodeName%3D${NODE}`);
    for (const { metadata } of pods.status === 200 ? pods.body.items : []) {
      if (metadata.deletionTimestamp === undefined) continue;
      const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
      await caller.call('DELETE', path, { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 });
    }
    await sleep(1_000);
  }
}

/** Makes, scales and deletes until `signal` aborts. Outcomes do not matter: what is there at the end is looked at. */
export async function runWorkload(caller: Caller, random: Random, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    const name = `${PREFIX}${count}`;
    await caller.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await caller.call('POST', `/apis/apps/v1/namespaces/${name}/deployments`, deployment('web', 2));
    const old = random.between(0, count);
    const scaled = { spec: { replicas: random.between(1, 3) } };
    await caller.call('PATCH', `/apis/apps/v1/namespaces/${PREFIX}${old}/deployments/web`, scaled, MERGE);
    if (count % 3 === 2) await caller.call('DELETE', `/api/v1/namespaces/${PREFIX}${random.between(0, count)}`);
    await sleep(random.between(500, 2_500));
  }
}

/** What the controllers have still to do; [] when they have caught up. */
export async function backlog(caller: Caller): Promise<string[]> {
  const get = async (path: string) => {
    const { status, body } = await caller.insist('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body.items as Item[];
  };
  const [namespaces, accounts, configMaps, deployments, sets, pods] = await Promise.all([
    get('/api/v1/namespaces'),
    get('/api/v1/serviceaccounts'),
    get('/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt'),
    get('/apis/apps/v1/deployments'),
    get('/apis/apps/v1/replicasets'),
    get('/api/v1/pods'),
  ]);
  const left: string[] = [];
  for (const { metadata } of namespaces) {
    const within = (item: Item) => item.metadata.namespace === metadata.name;
    if (metadata.deletionTimestamp !== undefined) left.push(`namespace ${metadata.name} is not gone`);
    else if (!accounts.some((each) => within(each) && each.metadata.name === 'default')) {
      left.push(`namespace ${metadata.name} has no ServiceAccount default`);
    } else if (!configMaps.some(within)) left.push(`namespace ${metadata.name} has no kube-root-ca.crt`);
  }
  for (const { metadata, spec, status } of deployments) {
    const at = `deployment ${metadata.namespace}/${metadata.name} of ${spec.replicas}`;
    const owned = sets.filter((set) => set.metadata.ownerReferences?.[0]?.uid === metadata.uid);
    const own = pods.filter((pod) => owned.some((set) => set.metadata.uid === pod.metadata.ownerReferences?.[0]?.uid));
    const bound = own.filter((pod) => pod.spec.nodeName === NODE);
    if (status?.observedGeneration !== metadata.generation) left.push(`${at}: its newest generation was not observed`);
    if (status?.replicas !== spec.replicas) left.push(`${at}: its status counts ${status?.replicas}`);
    if (owned.length !== 1) left.push(`${at} has ${owned.length} replica sets`);
    if (own.length !== spec.replicas || bound.length !== spec.replicas) {
      left.push(`${at} has ${own.length} pods, ${bound.length} of them bound`);
    }
  }
  for (const { metadata } of [...sets, ...pods]) {
    if (!namespaces.some(({ metadata: { name } }) => name === metadata.namespace)) {
      left.push(`${metadata.namespace}/${metadata.name} outlived its namespace`);
    }
  }
  return left;
}

interface Item {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    generation?: number;
    deletionTimestamp?: string;
    ownerReferences?: { uid: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  spec: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  status?: any;
}
