/** Evictions as the API server alone answers them: no controller keeps the budgets' statuses here. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NAMESPACES, POD_DISRUPTION_BUDGETS, PODS, type PodDisruptionBudget } from '../../../src/client/resources.ts';
import { type Api, type Reply, startApi } from '../../support/api.ts';

const NAMESPACE = 'shop';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await api.client().create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
});
afterAll(async () => await api?.close());

async function pod(name: string, phase: 'Running' | 'Pending' = 'Running'): Promise<void> {
  const created = await api.client().create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: { nodeName: 'node-a', containers: [{ name: 'c', image: 'c:1' }] },
  });
  const conditions = [{ type: 'Ready', status: phase === 'Running' ? ('True' as const) : ('False' as const) }];
  await api.client().updateStatus(PODS, { ...created, status: { ...created.status, phase, conditions } });
}

async function budget(name: string, app: string, status?: PodDisruptionBudget['status']): Promise<void> {
  const created = await api.client().create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { matchLabels: { app } }, minAvailable: 1 },
  });
  if (status === undefined) return;
  const counts = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, disruptionsAllowed: 0 };
  const { generation = 1 } = created.metadata;
  const full = { ...counts, observedGeneration: generation, ...status };
  await api.client().updateStatus(POD_DISRUPTION_BUDGETS, { ...created, status: full });
}

function evict(name: string, deleteOptions: object = {}): Promise<Reply> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE }, deleteOptions };
  return api.request('POST', `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`, { body });
}

function causeOf({ body }: Reply): string {
  return body.details?.causes?.[0]?.message;
}

test('a budget that was not looked at yet allows nothing, and says when to ask again', async () => {
  await pod('early');
  await budget('early', 'early');
  const reply = await evict('early');
  expect([reply.status, causeOf(reply)]).toEqual([
    429,
    'The disruption budget early is still being processed by the server.',
  ]);
  expect(reply.body.details.retryAfterSeconds).toBe(10);
});

test('a budget that could not be computed tells why', async () => {
  await pod('broken');
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False' as const,
    reason: 'SyncFailed',
    message: 'no scale',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await budget('broken', 'broken', { conditions: [condition] } as PodDisruptionBudget['status']);
  expect(causeOf(await evict('broken'))).toBe(
    'The disruption budget broken does not allow evicting pods currently because it failed sync: no scale',
  );
});

test('a pod of two budgets cannot be evicted', async () => {
  await pod('contested');
  await budget('one', 'contested');
  await budget('two', 'contested');
  const reply = await evict('contested');
  expect([reply.status, reply.body.message]).toEqual([
    500,
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  ]);
});

test('an eviction that its deletion would refuse spends no budget', async () => {
  await pod('other');
  await budget('other', 'other', { disruptionsAllowed: 1, currentHealthy: 2, expectedPods: 2, desiredHealthy: 1 });
  expect((await evict('other', { preconditions: { uid: 'another' } })).status).toBe(409);
  const read = () => api.client().get(POD_DISRUPTION_BUDGETS, NAMESPACE, 'other');
  expect((await read()).status).toMatchObject({ disruptionsAllowed: 1 });
  expect((await evict('other')).status).toBe(201);
  const { status } = await read();
  expect(status?.disruptionsAllowed).toBe(0);
  expect(Object.keys(status?.disruptedPods ?? {})).toEqual(['other']);
  expect(status?.conditions).toMatchObject([
    { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' },
  ]);
});

test('a pod that has not begun is not protected, nor one in another namespace', async () => {
  await pod('pending', 'Pending');
  await budget('pending', 'pending');
  expect((await evict('pending')).status).toBe(201);
});
