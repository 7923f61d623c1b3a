/** Quotas as a cluster has them: charged by the API server, counted by their controller. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
const abort = new AbortController();
let loop: Promise<unknown>;
beforeAll(async () => {
  api = await startWiredApi();
  loop = api.plane.runner.loop(abort.signal);
});
afterAll(async () => {
  abort.abort();
  await loop;
  await api?.close();
});

const MERGE = { 'content-type': 'application/merge-patch+json' };
const inside = (namespace: string, resource: string) => `/api/v1/namespaces/${namespace}/${resource}`;

async function withQuota(namespace: string, spec: { hard: object; scopes?: string[] }): Promise<void> {
  await api.admin('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  await eventually(async () => {
    expect((await api.admin('GET', `${inside(namespace, 'serviceaccounts')}/default`)).status).toBe(200);
  }, 30);
  const made = await api.admin('POST', inside(namespace, 'resourcequotas'), {
    body: { metadata: { name: 'q' }, spec },
  });
  expect(made.status).toBe(201);
  expect(made.headers.get('warning')).toBeNull();
  await eventually(async () => expect((await status(namespace)).hard).toEqual(spec.hard), 30);
}

async function status(namespace: string) {
  const { body } = await api.admin('GET', `${inside(namespace, 'resourcequotas')}/q`);
  return body.status;
}

const pod = (namespace: string, name: string, resources: object = {}, spec: object = {}, query = '') =>
  api.admin('POST', `${inside(namespace, 'pods')}${query}`, {
    body: { metadata: { name }, spec: { containers: [{ name: 'c', image: 'x', resources }], ...spec } },
  });

test('64 pods at once never overrun a quota of 10, and deleted ones are given back', async () => {
  await withQuota('many', { hard: { pods: '10' } });
  const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => pod('many', `p${index}`)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  const refused = answers.filter(({ status }) => status === 403);
  expect(refused).toHaveLength(54);
  expect(refused[0]?.body.message).toMatch(
    /^pods "p\d+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=10, limited: pods=10$/,
  );
  const { body } = await api.admin('GET', inside('many', 'pods'));
  expect(body.items).toHaveLength(10);
  await api.admin('DELETE', `${inside('many', 'pods')}/${body.items[0].metadata.name}?gracePeriodSeconds=0`);
  await eventually(async () => expect((await status('many')).used).toEqual({ pods: '9' }), 30);
  expect((await pod('many', 'next')).status).toBe(201);
});

test('compute resources must be told and are added up; a dry run charges nothing', async () => {
  const hard = { 'requests.cpu': '1', 'limits.memory': '1Gi' };
  await withQuota('compute', { hard });
  const silent = await pod('compute', 'silent');
  expect(silent.body.message).toBe(
    'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c',
  );
  const asks = (cpu: string, memory: string) => ({ requests: { cpu }, limits: { memory } });
  expect((await pod('compute', 'dry', asks('600m', '100Mi'), {}, '?dryRun=All')).status).toBe(201);
  expect((await pod('compute', 'first', asks('600m', '512Mi'))).status).toBe(201);
  const over = await pod('compute', 'second', asks('500m', '128Mi'));
  expect(over.body.message).toBe(
    'pods "second" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
  );
  expect((await status('compute')).used).toEqual({ 'requests.cpu': '600m', 'limits.memory': '512Mi' });
});

test('objects are counted, and a service that grows is', async () => {
  await withQuota('objects', { hard: { 'services.nodeports': '1', 'count/deployments.apps': '0', configmaps: '2' } });
  const service = { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } };
  expect((await api.admin('POST', inside('objects', 'services'), { body: service })).status).toBe(201);
  const grow = (ports: object[]) =>
    api.admin('PATCH', `${inside('objects', 'services')}/s`, {
      body: { spec: { type: 'NodePort', ports } },
      headers: MERGE,
    });
  const two = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ];
  expect((await grow(two)).body.message).toContain(
    'exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
  );
  expect((await grow([{ port: 80 }])).status).toBe(200);
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  const deployment = await api.admin('POST', '/apis/apps/v1/namespaces/objects/deployments', {
    body: { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } },
  });
  expect(deployment.body.message).toContain('exceeded quota: q, requested: count/deployments.apps=1, used: count/dep');
});

test('a quota of terminating pods leaves the others alone', async () => {
  await withQuota('scoped', { hard: { pods: '0' }, scopes: ['Terminating'] });
  expect((await pod('scoped', 'lasting')).status).toBe(201);
  expect((await pod('scoped', 'ending', {}, { activeDeadlineSeconds: 5 })).body.message).toContain('exceeded quota: q');
});

test('a ReplicaSet says why its pods cannot be made', async () => {
  await withQuota('sets', { hard: { pods: '1' } });
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  await api.admin('POST', '/apis/apps/v1/namespaces/sets/replicasets', {
    body: { metadata: { name: 'r' }, spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template } },
  });
  await eventually(async () => {
    const { body } = await api.admin('GET', '/apis/apps/v1/namespaces/sets/replicasets/r');
    const [condition] = body.status.conditions ?? [];
    expect(condition).toMatchObject({ type: 'ReplicaFailure', reason: 'FailedCreate' });
    expect(condition.message).toContain('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1');
  }, 30);
});
