/** What only a Worker has: one request at a time is all its life, a clock it does not hear, a database it must let go of. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPostgresStore } from '../../src/apiserver/storage/postgres/index.ts';
import type { Service } from '../../src/client/resources.ts';
import { connect, type Database } from '../../src/db/connection.ts';
import { initialise } from '../../src/hosts/node/initialise.ts';
import { configMap, deployment, namespace } from '../contract/api-objects.ts';
import { createSession, type Session } from '../contract/api-session.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type RunningWorker, startWorker } from '../support/workerd.ts';
import { ENCRYPTION, KEYS } from './encryption.ts';

const WATCH_SECONDS = 5;

let fresh: FreshDatabase;
let db: Database;
let proxy: TcpProxy;
let token: string;
let worker: RunningWorker;
let api: Session;

beforeAll(async () => {
  fresh = await freshDatabase();
  token = await initialise({ databaseUrl: fresh.url, encryptionKeys: KEYS, cluster: {} });
  db = connect(fresh.url, { max: 2, applicationName: 'test' });
  const url = new URL(fresh.url);
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  worker = await startWorker(inject('kedgeBundle'), {
    variables: {
      KEDGE_DATABASE_URL: String(url),
      KEDGE_ENCRYPTION_KEYS: ENCRYPTION,
      KEDGE_WATCH_SECONDS: String(WATCH_SECONDS),
      KEDGE_EXTERNAL_URL: 'https://api.example.com',
    },
  });
  api = createSession(fetch, worker.url, token);
  await api.expectOk('POST', '/api/v1/namespaces', namespace('work'));
});
afterAll(async () => {
  await worker?.stop();
  await proxy?.stop();
  await db?.close();
  await fresh?.close();
});

const MAPS = '/api/v1/namespaces/work/configmaps';

/** Sessions of the Worker at the database. */
async function connections(): Promise<number> {
  const [row] = await db.query('test.connections', (sql) => {
    return sql<{ count: number }[]>`
      select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'kedge'`;
  });
  return row!.count;
}

it('publishes the Service kubernetes with the name at which the API is reached', async () => {
  const { spec } = await eventually(
    async () => (await api.expectOk('GET', '/api/v1/namespaces/default/services/kubernetes')) as Service,
  );
  expect(spec).toMatchObject({ clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 443 }] });
  await eventually(async () => {
    const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    expect(await api.expectOk('GET', `${slices}/kubernetes`)).toMatchObject({
      addressType: 'FQDN',
      endpoints: [{ addresses: ['api.example.com'] }],
    });
  });
});

it('ends a watch by itself after KEDGE_WATCH_SECONDS, with a bookmark, however long the client asked for', async () => {
  const began = performance.now();
  const watch = await api.watch(`${MAPS}?watch=true&timeoutSeconds=600&allowWatchBookmarks=true`);
  await watch.find((event) => event.object.metadata.name === 'kube-root-ca.crt');
  const made = await api.expectOk('POST', '/api/v1/namespaces', namespace('elsewhere'));
  let last: Awaited<ReturnType<typeof watch.next>>;
  for (let event = await watch.next(); event !== undefined; event = await watch.next()) last = event;
  expect(last).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap' } });
  expect(Number(last?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(made.metadata.resourceVersion));
  expect((performance.now() - began) / 1000).toBeGreaterThan(WATCH_SECONDS - 1);
});

it('lets go of its connections when requests are answered, and of abandoned watches when their time is over', async () => {
  const watches = await Promise.all(Array.from({ length: 3 }, () => api.watch(`${MAPS}?watch=true`)));
  await Promise.all(watches.map((watch) => watch.next()));
  await Promise.all(Array.from({ length: 8 }, () => api.expectOk('GET', MAPS)));
  await api.request('POST', MAPS, { token: 'wrong', body: configMap('a') });
  expect(await connections(), 'three watches').toBeGreaterThanOrEqual(3);
  await Promise.all(watches.map((watch) => watch.cancel()));
  // workerd hears of a client that left when it writes to it, and there is nothing to write.
  await eventually(async () => expect(await connections()).toBe(0), WATCH_SECONDS + 3, 50);
});

it('does by cron what no request was there to do', async () => {
  // Written past the Worker: nothing drains.
  const store = createPostgresStore(db);
  const { metadata, spec } = deployment('quiet', 2) as { metadata: object; spec: object };
  const uid = crypto.randomUUID();
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const outcomes = await store.write('root', [
    {
      op: 'create',
      resource: 'deployments.apps',
      namespace: 'work',
      name: 'quiet',
      uid,
      labels: {},
      fields: {},
      owners: [],
      body: JSON.stringify({
        metadata: { ...metadata, namespace: 'work', uid, generation: 1, creationTimestamp },
        spec,
        status: {},
      }),
    },
  ]);
  expect(outcomes).toMatchObject([{ result: 'ok' }]);
  const pods = async () => (await api.expectOk('GET', '/api/v1/namespaces/work/pods?labelSelector=app%3Dquiet')).items;
  expect(await pods()).toEqual([]);
  expect(await worker.runCron()).toBe('ok');
  expect(await pods()).toHaveLength(2);
  await eventually(async () => expect(await connections()).toBe(0), WATCH_SECONDS, 50);
});

it('answers 503 with Retry-After while the database is away, and serves again when it is back', async () => {
  const watch = await api.watch(`${MAPS}?watch=true`);
  await watch.next();
  await proxy.cut();
  try {
    const requests: [string, string, object?][] = [
      ['GET', MAPS],
      ['POST', MAPS, configMap('lost')],
      ['GET', `${MAPS}?watch=true`],
      ['DELETE', `${MAPS}/none`],
    ];
    for (const [method, path, body] of requests) {
      const reply = await api.request(method, path, body === undefined ? {} : { body });
      expect(reply.status, `${method} ${path}: ${reply.text}`).toBe(503);
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(reply.body).toMatchObject({ kind: 'Status', reason: 'ServiceUnavailable', code: 503 });
    }
    expect(await api.request('GET', '/readyz', { token: '' })).toMatchObject({ status: 500 });
    expect(await api.request('GET', '/livez', { token: '' })).toMatchObject({ status: 200 });
    expect(await worker.runCron()).not.toBe('ok');
  } finally {
    await proxy.mend();
  }
  const made = await api.expectOk('POST', MAPS, configMap('after'));
  const seen = await watch.find((event) => event.object.metadata.name === 'after');
  expect(seen, 'a watch outlives a short outage').toEqual({ type: 'ADDED', object: made });
  await watch.cancel();
  expect(worker.logs()).not.toMatch(/uncaught/i);
});

it('reaches the database through Hyperdrive', async () => {
  const bound = await startWorker(inject('kedgeBundle'), {
    variables: { KEDGE_ENCRYPTION_KEYS: ENCRYPTION },
    hyperdrives: { HYPERDRIVE: fresh.url },
  });
  try {
    const other = createSession(fetch, bound.url, token);
    const made = await other.expectOk('POST', MAPS, configMap('hyper'));
    expect(await api.expectOk('GET', `${MAPS}/hyper`)).toEqual(made);
    // The stand-in for Hyperdrive takes it ill when a Worker is killed in the middle of a connection.
    await eventually(async () => expect(await connections()).toBe(0), 10, 50);
  } finally {
    await bound.stop();
  }
});

describe('beside a Node host on the same database', () => {
  let host: RunningNodeHost;
  let node: Session;

  beforeAll(async () => {
    host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
    node = host.session();
  });
  afterAll(() => host?.stop());

  it('shows what the other wrote, to readers and watchers, sealed in between', async () => {
    const secrets = '/api/v1/namespaces/work/secrets';
    const list = await api.expectOk('GET', secrets);
    const from = `watch=true&resourceVersion=${list.metadata.resourceVersion}`;
    const [onWorker, onNode] = await Promise.all([api.watch(`${secrets}?${from}`), node.watch(`${secrets}?${from}`)]);
    const secret = (name: string) => ({ kind: 'Secret', apiVersion: 'v1', metadata: { name }, stringData: { k: 'v' } });
    const one = await api.expectOk('POST', secrets, secret('one'));
    const two = await node.expectOk('POST', secrets, secret('two'));
    for (const watch of [onWorker, onNode]) {
      expect(await watch.next()).toEqual({ type: 'ADDED', object: one });
      expect(await watch.next()).toEqual({ type: 'ADDED', object: two });
      await watch.cancel();
    }
    expect(await node.expectOk('GET', `${secrets}/one`)).toEqual(one);
    const rows = await db.query('test.bodies', (sql) => {
      return sql<{ body: string }[]>`select body from objects where resource = 'secrets' and name in ('one', 'two')`;
    });
    expect(rows.map((row) => row.body.slice(0, 11))).toEqual(['enc:1:test:', 'enc:1:test:']);
  });
});
