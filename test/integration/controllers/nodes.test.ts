import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENTS, LEASES, NAMESPACES, NODES, PODS, type Pod } from '../../../src/client/resources.ts';
import { microTimestamp } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, NODE, reportReady, startCluster } from './cluster.ts';

type Tolerations = NonNullable<NonNullable<Pod['spec']>['tolerations']>;

/** Time can be moved forward; it goes on by itself as well. */
let ahead = 0;
const now = () => new Date(Date.now() + ahead * 1000);

/** So many seconds go by without a sign of life of any node. */
async function pass(seconds: number): Promise<void> {
  ahead += seconds;
  await cluster.api.db.query(
    'test.pass',
    (sql) => sql`
    update heartbeats set renewed_at = renewed_at - make_interval(secs => ${seconds})`,
  );
}

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ now });
  for (const name of ['kube-node-lease', 'default']) {
    await cluster.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
});
afterAll(async () => await cluster?.stop());

/** What a kubelet's renewal amounts to. `skew`: seconds that its clock is ahead. */
async function renew(name: string, skew = 0): Promise<void> {
  const { client } = cluster;
  const renewTime = microTimestamp(new Date(now().getTime() + skew * 1000));
  const found = await client.find(LEASES, 'kube-node-lease', name);
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime };
  if (found !== undefined) await client.update(LEASES, { ...found, spec });
  else {
    await client.create(LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec,
    });
  }
}

/** A change that makes the controller look before its timer would. */
async function look(name: string): Promise<void> {
  await cluster.client.patch(NODES, '', name, 'merge', { metadata: { annotations: { look: crypto.randomUUID() } } });
}

async function taints(name: string): Promise<string[]> {
  const node = await cluster.client.get(NODES, '', name);
  return (node.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
}

async function createPod(name: string, tolerations: Tolerations = []): Promise<void> {
  await cluster.client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: { containers: [{ name: 'web', image: 'web:1' }], tolerations },
  });
  await eventually(
    async () => {
      expect((await cluster.client.get(PODS, NAMESPACE, name)).status?.phase).toBe('Running');
    },
    10,
    20,
  );
}

test('a cordoned node is tainted, and an uncordoned one is not', async () => {
  await cluster.client.patch(NODES, '', NODE, 'merge', { spec: { unschedulable: true } });
  await eventually(
    async () => expect(await taints(NODE)).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']),
    10,
    20,
  );
  await cluster.client.patch(NODES, '', NODE, 'merge', { spec: { unschedulable: false } });
  await eventually(async () => expect(await taints(NODE)).toEqual([]), 10, 20);
  expect((await cluster.client.get(NODES, '', NODE)).spec).not.toHaveProperty('taints');
});

test('a node that stops reporting becomes Unknown and is tainted, its pods are not ready, and those that do not tolerate it go', async () => {
  const { client } = cluster;
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-b' } });
  await reportReady(client, 'node-b');
  await createPod('tolerant', [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' }]);
  await createPod('leaving');
  await pass(100);
  await renew('node-b');
  await look(NODE);
  await eventually(
    async () => {
      const { status } = await client.get(NODES, '', NODE);
      expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      });
      expect(await taints(NODE)).toEqual([
        'node.kubernetes.io/unreachable:NoExecute',
        'node.kubernetes.io/unreachable:NoSchedule',
      ]);
      expect(await client.find(PODS, NAMESPACE, 'leaving')).toBeUndefined();
      const tolerant = await client.get(PODS, NAMESPACE, 'tolerant');
      expect(tolerant.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    },
    20,
    50,
  );
  expect(await taints('node-b')).toEqual([]);
  const events = (await client.list(EVENTS)).items.map(({ reason, message }) => `${reason} ${message}`);
  expect(events).toContain(`NodeNotReady Node ${NODE} status is now: NodeNotReady`);
  expect(events).toContain(`TaintManagerEviction Marking for deletion Pod ${NAMESPACE}/leaving`);
});

test('when no node reports any more, nothing is evicted', async () => {
  await pass(100);
  await look('node-b');
  await eventually(
    async () => {
      expect(await taints('node-b')).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
      expect(await taints(NODE)).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
    },
    20,
    50,
  );
});

test('a node that reports again loses its taints', async () => {
  await renew(NODE);
  await reportReady(cluster.client, NODE);
  await eventually(async () => expect(await taints(NODE)).toEqual([]), 20, 50);
});

async function readyStatus(name: string): Promise<string | undefined> {
  const { status } = await cluster.client.get(NODES, '', name);
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

describe.each<[string, number]>([
  ['an hour behind', -3600],
  ['an hour ahead', 3600],
])('a node whose clock is %s', (_, skew) => {
  const name = `skewed${skew}`;

  test('counts as alive while its Lease is renewed, and as lost when it no longer is', async () => {
    const { client } = cluster;
    await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await renew(name, skew);
    // The controller writes the node meanwhile.
    await eventually(() => reportReady(client, name, skew), 20, 50);
    for (let i = 0; i < 3; i++) {
      await pass(30);
      await renew(name, skew);
      const looks = await lookedAt(name);
      expect([looks, await readyStatus(name), await taints(name)]).toEqual([true, 'True', []]);
    }
    await pass(30);
    expect([await lookedAt(name), await readyStatus(name)]).toEqual([true, 'True']);
    await pass(30);
    await look(name);
    await eventually(async () => expect(await readyStatus(name)).toBe('Unknown'), 20, 50);
    // What it reports by itself is a sign as well, without its Lease.
    await eventually(() => reportReady(client, name, skew + 60), 20, 50);
    await eventually(async () => expect(await taints(name)).toEqual([]), 20, 50);
    expect([await lookedAt(name), await readyStatus(name)]).toEqual([true, 'True']);
  });
});

/** True when the controller has looked at the node, or false after a while. */
async function lookedAt(name: string): Promise<boolean> {
  const due = async () =>
    await cluster.api.db.query(
      'test.work',
      (sql) => sql<{ at: string }[]>`
      select run_at::text as at from work where controller = 'node-controller' and key = ${name} and run_at > now()`,
    );
  const before = (await due())[0]?.at;
  await look(name);
  for (let i = 0; i < 400; i++) {
    const [row] = await due();
    if (row !== undefined && row.at !== before) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

test('pods of a node that was deleted are deleted after a quarantine', async () => {
  const { client } = cluster;
  await client.delete(NODES, '', NODE);
  await eventually(
    async () => {
      const rows = await cluster.api.db.query('test.work', (sql) => sql`select from work where key like 'orphans/%'`);
      expect(rows).toHaveLength(1);
    },
    10,
    20,
  );
  expect(await client.find(PODS, NAMESPACE, 'tolerant')).toBeDefined();
  ahead += 60;
  await cluster.api.db.query('test.due', (sql) => sql`update work set run_at = now() where key like 'orphans/%'`);
  await client.patch(NODES, '', 'node-b', 'merge', { metadata: { annotations: { look: 'again' } } });
  await eventually(async () => expect(await client.find(PODS, NAMESPACE, 'tolerant')).toBeUndefined(), 20, 50);
});
