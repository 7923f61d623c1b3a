/** Cluster IPs, node ports and node ranges are usable to the last value, by many writers at once. */
import { afterEach, expect, test } from 'vitest';
import { createApp } from '../../../src/apiserver/app.ts';
import type { ClusterSettings } from '../../../src/apiserver/registry/contract.ts';
import type { Store } from '../../../src/apiserver/storage/contract.ts';
import { EVENTS, NAMESPACES, NODES } from '../../../src/client/resources.ts';
import { nodeIpamController } from '../../../src/controllers/node-ipam/index.ts';
import { createRunner } from '../../../src/reconcile/runner.ts';
import { type Api, CLUSTER, type Reply, startApi, TENANT, TOKEN } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';

const SERVICES = '/api/v1/namespaces/default/services';

let api: Api;
afterEach(() => api?.close());

async function start(settings: Partial<ClusterSettings>): Promise<void> {
  // A full range is a 500 upstream too, which the API tells its log: here it is what is asked for.
  const log = { info() {}, warn() {}, error() {} };
  api = await startApi({ clusterSettings: async () => ({ ...CLUSTER, ...settings }), log });
  await api.client().create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
}

const service = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });

function createServices(count: number, spec: object = {}): Promise<Reply[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => api.request('POST', SERVICES, { body: service(`s${index}`, spec) })),
  );
}

function createNodes(from: number, count: number): Promise<Reply[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      api.request('POST', '/api/v1/nodes', { body: { metadata: { name: `n${from + index}` } } }),
    ),
  );
}

const withStatus = (replies: Reply[], status: number) => replies.filter((reply) => reply.status === status);

test('a service range of 14 addresses serves 14 of 20 services at once, and says upstream’s words to the others', async () => {
  await start({ serviceCIDR: '10.0.0.0/28' });
  const replies = await createServices(20);
  const addresses = withStatus(replies, 201).map(({ body }) => body.spec.clusterIP as string);
  expect(addresses.sort()).toEqual(Array.from({ length: 14 }, (_, index) => `10.0.0.${index + 1}`).sort());
  const refused = withStatus(replies, 500);
  expect(refused).toHaveLength(6);
  for (const { body } of refused) {
    expect(body).toMatchObject({
      reason: 'InternalError',
      message: 'Internal error occurred: failed to allocate a serviceIP: range is full',
    });
  }
  const headless = await api.request('POST', SERVICES, { body: service('headless', { clusterIP: 'None' }) });
  expect(headless.status, 'what needs no address is not refused').toBe(201);
  const [freed] = withStatus(replies, 201);
  await api.request('DELETE', `${SERVICES}/${freed!.body.metadata.name}`);
  const next = await api.request('POST', SERVICES, { body: service('next') });
  expect(next).toMatchObject({ status: 201, body: { spec: { clusterIP: freed!.body.spec.clusterIP } } });
});

test('a range of ten node ports serves ten services at once, then fails as upstream', async () => {
  await start({ nodePortRange: [30_000, 30_009] });
  const replies = await createServices(15, { type: 'NodePort' });
  const ports = withStatus(replies, 201).map(({ body }) => body.spec.ports[0].nodePort as number);
  expect(ports.sort()).toEqual(Array.from({ length: 10 }, (_, index) => 30_000 + index));
  const refused = withStatus(replies, 500);
  expect(refused.map(({ body }) => body.message)).toEqual(
    Array(5).fill('Internal error occurred: failed to allocate a nodePort: range is full'),
  );
  const chosen = service('chosen', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_003 }] });
  expect(await api.request('POST', SERVICES, { body: chosen })).toMatchObject({
    status: 422,
    body: {
      message:
        'Service "chosen" is invalid: spec.ports[0].nodePort: Invalid value: 30003: provided port is already allocated',
    },
  });
  // None of those that failed holds an address or a port.
  const rows = await api.db.sql`select count(*)::int as count from claims where pool = 'clusterIP'`;
  expect(rows[0]?.count).toBe(10);
});

test('a service gains the last node port by an update, and another is told that the range is full', async () => {
  await start({ nodePortRange: [30_000, 30_001] });
  await createServices(3);
  const patch = (name: string) =>
    api.request('PATCH', `${SERVICES}/${name}`, {
      body: { spec: { type: 'NodePort' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  const replies = await Promise.all(['s0', 's1', 's2'].map(patch));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 500]);
});

test('the seventeenth node of sixteen ranges is stored without one, is told of, and gets the range that is freed', async () => {
  await start({ clusterCIDR: '10.244.0.0/24', nodeCIDRMaskSize: 28 });
  const replies = await createNodes(0, 17);
  expect(withStatus(replies, 201)).toHaveLength(17);
  const ranges = replies.flatMap(({ body }) => body.spec?.podCIDR ?? []);
  expect(new Set(ranges).size).toBe(16);
  const waiting = replies.find(({ body }) => body.spec?.podCIDR === undefined)!.body.metadata.name as string;

  const stop = new AbortController();
  const { db, clients, deps } = api;
  const { store, feed } = deps;
  const runner = createRunner({ db, store, feed, clients, controllers: [nodeIpamController] });
  const loop = runner.loop(stop.signal);
  try {
    await eventually(async () => {
      const { items } = await api.client().list(EVENTS, { namespace: 'default' });
      expect(items).toMatchObject([
        {
          involvedObject: { kind: 'Node', name: waiting },
          type: 'Normal',
          reason: 'CIDRNotAvailable',
          message: `Node ${waiting} status is now: CIDRNotAvailable`,
          source: { component: 'cidrAllocator' },
        },
      ]);
    });
    const leaving = replies.find(({ body }) => body.spec?.podCIDR !== undefined)!.body;
    await api.request('DELETE', `/api/v1/nodes/${leaving.metadata.name}`);
    await eventually(async () => {
      const node = await api.client().get(NODES, '', waiting);
      expect(node.spec).toMatchObject({ podCIDR: leaving.spec.podCIDR, podCIDRs: [leaving.spec.podCIDR] });
    });
  } finally {
    stop.abort();
    await loop;
  }
});

test('1,000 nodes join a cluster of 256 ranges', async () => {
  await start({});
  const replies: Reply[] = [];
  for (let from = 0; from < 1000; from += 100) replies.push(...(await createNodes(from, 100)));
  expect(withStatus(replies, 201)).toHaveLength(1000);
  expect(new Set(replies.flatMap(({ body }) => body.spec?.podCIDR ?? [])).size).toBe(256);
});

test('a value in a nearly full pool takes two writes, not one for each that is taken', async () => {
  await start({});
  await createNodes(0, 250);
  let writes = 0;
  const { store } = api.deps;
  const counting: Store = {
    ...store,
    write: (tenant, each) => {
      writes += 1;
      return store.write(tenant, each);
    },
  };
  const app = createApp({ ...api.deps, store: counting });
  for (let index = 0; index < 6; index++) {
    const response = await app.request('/api/v1/nodes', {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name: `late-${index}` } }),
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ spec: { podCIDR: expect.any(String) } });
  }
  expect(writes).toBeLessThanOrEqual(12);
  const claims = await api.db.sql`select count(*)::int as count from claims where tenant = ${TENANT}`;
  expect(claims[0]?.count).toBe(256);
});
