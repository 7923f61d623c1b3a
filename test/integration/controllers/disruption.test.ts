import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  EVENTS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  type Pod,
  type PodDisruptionBudget,
} from '../../../src/client/resources.ts';
import { timestamp } from '../../../src/meta/object.ts';
import type { Reply } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, deployment, NAMESPACE, startCluster } from './cluster.ts';

type Spec = NonNullable<PodDisruptionBudget['spec']>;

let cluster: Cluster;
/** Milliseconds that the controllers' clock is ahead. */
let ahead = 0;
beforeAll(async () => {
  cluster = await startCluster({ now: () => new Date(Date.now() + ahead) });
});
afterAll(async () => await cluster?.stop());

async function protect(name: string, spec: Spec): Promise<void> {
  await cluster.client.create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  });
}

async function status(name: string, wanted: object): Promise<void> {
  await eventually(
    async () =>
      expect((await cluster.client.get(POD_DISRUPTION_BUDGETS, NAMESPACE, name)).status).toMatchObject(wanted),
    20,
    20,
  );
}

async function podsOf(name: string): Promise<Pod[]> {
  const { items } = await cluster.client.list(PODS, { namespace: NAMESPACE, labelSelector: `app=${name}` });
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function evict(name: string, body: object = {}): Promise<Reply> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE }, ...body };
  return cluster.api.request('POST', `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`, { body: eviction });
}

async function alone(name: string, phase: 'Running' | 'Succeeded', ready: 'True' | 'False'): Promise<void> {
  const created = await cluster.client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: 'alone' } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'c:1' }] },
  });
  const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: timestamp(new Date()) }];
  await eventually(
    async () => {
      const pod = await cluster.client.get(PODS, NAMESPACE, created.metadata.name!);
      expect(pod.status?.phase).toBe('Running');
      await cluster.client.updateStatus(PODS, { ...pod, status: { ...pod.status, phase, conditions } });
    },
    20,
    20,
  );
}

test('as many pods may be evicted as are healthy beyond what is wanted, and the next eviction is told why not', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('guarded', 3));
  await protect('guarded', { minAvailable: 2 });
  await status('guarded', { currentHealthy: 3, desiredHealthy: 2, expectedPods: 3, disruptionsAllowed: 1 });
  cluster.kubelet.ready = () => false;
  const [first, second] = await podsOf('guarded');
  const dry = await evict(first!.metadata.name!, { deleteOptions: { dryRun: ['All'] } });
  expect(dry.status).toBe(201);
  await status('guarded', { disruptionsAllowed: 1 });
  expect((await evict(first!.metadata.name!)).status).toBe(201);
  await status('guarded', {
    currentHealthy: 2,
    disruptionsAllowed: 0,
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
  });
  const refused = await evict(second!.metadata.name!);
  expect(refused).toMatchObject({
    status: 429,
    body: {
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget guarded needs 2 healthy pods and has 2 currently',
          },
        ],
      },
    },
  });
  cluster.kubelet.ready = () => true;
  await cluster.kubelet.touch();
  await status('guarded', { currentHealthy: 3, disruptionsAllowed: 1 });
  expect((await evict(second!.metadata.name!)).status).toBe(201);
});

test('of evictions at once no more pass than the budget allows', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('crowd', 6));
  await protect('crowd', { maxUnavailable: '50%' });
  await status('crowd', { currentHealthy: 6, desiredHealthy: 3, expectedPods: 6, disruptionsAllowed: 3 });
  cluster.kubelet.ready = () => false;
  const replies = await Promise.all((await podsOf('crowd')).map(({ metadata }) => evict(metadata.name!)));
  cluster.kubelet.ready = () => true;
  await cluster.kubelet.touch();
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429, 429]);
});

test('a pod that is not ready is let go only as its policy says, and one that has ended always', async () => {
  await alone('sick', 'Running', 'False');
  await alone('ended', 'Succeeded', 'False');
  await protect('alone', { minAvailable: 3 });
  await status('alone', { disruptionsAllowed: 0, observedGeneration: 1 });
  expect((await evict('ended')).status).toBe(201);
  expect((await evict('sick')).status).toBe(429);
  const spec = { unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  await cluster.client.patch(POD_DISRUPTION_BUDGETS, NAMESPACE, 'alone', 'merge', { spec });
  expect((await evict('sick')).status).toBe(201);
  await cluster.client.delete(POD_DISRUPTION_BUDGETS, NAMESPACE, 'alone');
});

test('an evicted pod says so before it goes', async () => {
  await cluster.client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'told', namespace: NAMESPACE, finalizers: ['example.com/kept'] },
    spec: { containers: [{ name: 'c', image: 'c:1' }] },
  });
  expect((await evict('told')).status).toBe(201);
  const pod = await cluster.client.get(PODS, NAMESPACE, 'told');
  expect(pod.metadata.deletionTimestamp).toBeDefined();
  expect(pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  });
  await cluster.client.patch(PODS, NAMESPACE, 'told', 'merge', { metadata: { finalizers: null } });
});

test('a budget whose pods nothing controls says so, and allows nothing that it cannot tell', async () => {
  await alone('wild', 'Running', 'True');
  await protect('alone', { maxUnavailable: 1 });
  await status('alone', { disruptionsAllowed: 0, expectedPods: 0 });
  await eventually(
    async () => {
      const { items } = await cluster.client.list(EVENTS, { namespace: NAMESPACE });
      expect(items.map(({ reason }) => reason)).toContain('UnmanagedPods');
    },
    20,
    20,
  );
  await cluster.client.delete(POD_DISRUPTION_BUDGETS, NAMESPACE, 'alone');
});

test("a tenant's budgets say nothing of the pods of another", async () => {
  const other = cluster.otherTenant;
  await other.create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'all', namespace: NAMESPACE },
    spec: { minAvailable: 100, selector: {} },
  });
  await eventually(
    async () =>
      expect((await other.get(POD_DISRUPTION_BUDGETS, NAMESPACE, 'all')).status).toMatchObject({ expectedPods: 0 }),
    20,
    20,
  );
  await alone('free', 'Running', 'True');
  expect((await evict('free')).status).toBe(201);
});

test('a pod that was to be disrupted and goes on is not said to be after two minutes', async () => {
  await alone('spared', 'Running', 'True');
  const disrupted = async () => {
    const { status } = await cluster.client.get(PODS, NAMESPACE, 'spared');
    return status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
  };
  const pod = await cluster.client.get(PODS, NAMESPACE, 'spared');
  const at = timestamp(new Date());
  const condition = { type: 'DisruptionTarget', status: 'True' as const, reason: 'Evicted', lastTransitionTime: at };
  const conditions = [...(pod.status?.conditions ?? []), condition];
  await cluster.client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions } });
  await cluster.kubelet.touch();
  expect(await disrupted()).toBe('True');
  ahead += 121_000;
  await cluster.kubelet.touch();
  await eventually(async () => expect(await disrupted()).toBe('False'), 20, 20);
});
