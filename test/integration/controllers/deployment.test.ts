import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  type Deployment,
  EVENTS,
  PODS,
  REPLICA_SETS,
  type ReplicaSet,
} from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, deployment, NAMESPACE, setImage, startCluster } from './cluster.ts';

const REVISION = 'deployment.kubernetes.io/revision';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

function read(name: string): Promise<Deployment> {
  return cluster.client.get(DEPLOYMENTS, NAMESPACE, name);
}

async function replicaSets(name: string): Promise<ReplicaSet[]> {
  const { items } = await cluster.client.list(REPLICA_SETS, { namespace: NAMESPACE, labelSelector: `app=${name}` });
  return items.sort((a, b) => Number(a.metadata.annotations?.[REVISION]) - Number(b.metadata.annotations?.[REVISION]));
}

async function images(name: string): Promise<string[]> {
  const { items } = await cluster.client.list(PODS, { namespace: NAMESPACE, labelSelector: `app=${name}` });
  return items.map(({ spec }) => spec?.containers[0]?.image ?? '').sort();
}

/** As `kubectl rollout status` judges it. */
async function rolledOut(name: string): Promise<Deployment> {
  return await eventually(
    async () => {
      const found = await read(name);
      const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration } = found.status ?? {};
      const wanted = found.spec?.replicas ?? 1;
      expect({ replicas, updatedReplicas, availableReplicas, observedGeneration }).toEqual({
        replicas: wanted,
        updatedReplicas: wanted,
        availableReplicas: wanted,
        observedGeneration: found.metadata.generation,
      });
      return found;
    },
    20,
    20,
  );
}

function progressing(found: Deployment): string | undefined {
  return found.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
}

test('a new Deployment gets a ReplicaSet of revision 1 with all its pods, and says so in conditions and events', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('fresh', 3));
  const found = await rolledOut('fresh');
  const [replicaSet] = await replicaSets('fresh');
  const name = replicaSet?.metadata.name;
  expect(name).toBe(`fresh-${replicaSet?.metadata.labels?.['pod-template-hash']}`);
  expect(replicaSet?.metadata.annotations).toEqual({
    [REVISION]: '1',
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
  });
  expect(found.metadata.annotations?.[REVISION]).toBe('1');
  await eventually(
    async () => {
      expect((await read('fresh')).status?.conditions).toMatchObject([
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
        {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${name}" has successfully progressed.`,
        },
      ]);
    },
    10,
    20,
  );
  const events = await cluster.client.list(EVENTS, { namespace: NAMESPACE });
  expect(events.items.map(({ reason, message }) => `${reason} ${message}`)).toContain(
    `ScalingReplicaSet Scaled up replica set ${name} from 0 to 3`,
  );
  expect(
    events.items.filter(({ reason, involvedObject }) => reason === 'SuccessfulCreate' && involvedObject.name === name),
  ).toHaveLength(3);
});

test('a rolling update never has fewer available pods or more pods in all than its limits allow', async () => {
  await cluster.client.create(
    DEPLOYMENTS,
    deployment('rolling', 4, {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
  );
  await rolledOut('rolling');
  const since = await cluster.api.deps.store.revision('root');
  await setImage(cluster.client, 'rolling', 'web:2');
  await rolledOut('rolling');
  await eventually(async () => expect(await images('rolling')).toEqual(Array(4).fill('web:2')), 10, 20);

  const asked = new Map((await replicaSets('rolling')).map(({ metadata }) => [metadata.name!, 0]));
  const [old] = await replicaSets('rolling');
  asked.set(old!.metadata.name!, 4);
  const available = new Map(asked);
  const { changes } = await cluster.api.deps.store.changes('root', since, 10_000);
  for (const change of changes.filter(({ resource, name }) => resource === 'replicasets.apps' && asked.has(name))) {
    const replicaSet = JSON.parse(change.current.body) as ReplicaSet;
    asked.set(change.name, replicaSet.spec?.replicas ?? 0);
    available.set(change.name, replicaSet.status?.availableReplicas ?? 0);
    expect([...asked.values()].reduce((a, b) => a + b)).toBeLessThanOrEqual(5);
    expect([...available.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual(3);
  }
});

test('an undo brings the old ReplicaSet back under a new revision and keeps its history', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('undo', 2));
  await rolledOut('undo');
  await setImage(cluster.client, 'undo', 'web:2');
  await rolledOut('undo');
  const [first, second] = await replicaSets('undo');
  // kubectl rollout undo replaces the template with the old ReplicaSet's.
  await setImage(cluster.client, 'undo', 'web:1');
  const found = await rolledOut('undo');
  const after = await replicaSets('undo');
  expect(after.map(({ metadata }) => metadata.name)).toEqual([second?.metadata.name, first?.metadata.name]);
  expect(after[1]?.metadata.annotations).toMatchObject({
    [REVISION]: '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
  expect(found.metadata.annotations?.[REVISION]).toBe('3');
  await eventually(async () => expect(await images('undo')).toEqual(['web:1', 'web:1']), 10, 20);
});

test('a rollover abandons a rollout that is stuck for the newest template', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('rollover', 4));
  await rolledOut('rollover');
  cluster.kubelet.ready = (pod) => pod.spec?.containers[0]?.image !== 'broken:1';
  await setImage(cluster.client, 'rollover', 'broken:1');
  await eventually(async () => expect(await images('rollover')).toContain('broken:1'), 10, 20);
  await setImage(cluster.client, 'rollover', 'web:3');
  await rolledOut('rollover');
  await eventually(async () => expect(await images('rollover')).toEqual(Array(4).fill('web:3')), 10, 20);
  expect((await replicaSets('rollover')).map(({ spec }) => spec?.replicas)).toEqual([0, 0, 4]);
  cluster.kubelet.ready = () => true;
});

test('scaling a rollout that is stuck half-way grows old and new ReplicaSets in proportion', async () => {
  cluster.kubelet.ready = (pod) => pod.spec?.containers[0]?.image !== 'broken:1';
  await cluster.client.create(
    DEPLOYMENTS,
    deployment('proportion', 10, {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    }),
  );
  await rolledOut('proportion');
  await setImage(cluster.client, 'proportion', 'broken:1');
  const sizes = async () => (await replicaSets('proportion')).map(({ spec }) => spec?.replicas);
  await eventually(async () => expect(await sizes()).toEqual([8, 5]), 10, 20);
  await cluster.client.patch(DEPLOYMENTS, NAMESPACE, 'proportion', 'merge', { spec: { replicas: 15 } });
  await eventually(async () => expect(await sizes()).toEqual([11, 7]), 10, 20);
  cluster.kubelet.ready = () => true;
  await cluster.kubelet.touch();
  await rolledOut('proportion');
});

test('a paused Deployment scales but does not roll out until it is resumed', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('paused', 2));
  await rolledOut('paused');
  await cluster.client.patch(DEPLOYMENTS, NAMESPACE, 'paused', 'merge', { spec: { paused: true } });
  await setImage(cluster.client, 'paused', 'web:2');
  await eventually(async () => expect(progressing(await read('paused'))).toBe('DeploymentPaused'), 10, 20);
  await cluster.client.patch(DEPLOYMENTS, NAMESPACE, 'paused', 'merge', { spec: { replicas: 3 } });
  await eventually(async () => expect(await images('paused')).toEqual(['web:1', 'web:1', 'web:1']), 10, 20);
  expect(await replicaSets('paused')).toHaveLength(1);
  await cluster.client.patch(DEPLOYMENTS, NAMESPACE, 'paused', 'merge', { spec: { paused: false } });
  await eventually(async () => expect(await images('paused')).toEqual(['web:2', 'web:2', 'web:2']), 10, 20);
  await eventually(async () => expect(progressing(await read('paused'))).toBe('NewReplicaSetAvailable'), 10, 20);
});

test('Recreate starts no new pod before the last old one is gone', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('recreate', 3, { strategy: { type: 'Recreate' } }));
  await rolledOut('recreate');
  const since = await cluster.api.deps.store.revision('root');
  await setImage(cluster.client, 'recreate', 'web:2');
  await eventually(async () => expect(await images('recreate')).toEqual(Array(3).fill('web:2')), 10, 20);
  const { changes } = await cluster.api.deps.store.changes('root', since, 10_000);
  const pods = changes.filter(({ resource, name }) => resource === 'pods' && name.startsWith('recreate-'));
  const lastOldGone = pods.findLastIndex(({ type }) => type === 'DELETED');
  const firstNew = pods.findIndex(({ type }) => type === 'ADDED');
  expect(lastOldGone).toBeGreaterThanOrEqual(0);
  expect(firstNew).toBeGreaterThan(lastOldGone);
});

test('a rollout without progress says so when its deadline has passed', async () => {
  cluster.kubelet.ready = (pod) => pod.spec?.containers[0]?.image !== 'broken:1';
  const stuck = deployment('stuck', 1, { progressDeadlineSeconds: 1 });
  await cluster.client.create(DEPLOYMENTS, stuck);
  await rolledOut('stuck');
  await setImage(cluster.client, 'stuck', 'broken:1');
  await eventually(async () => expect(progressing(await read('stuck'))).toBe('ProgressDeadlineExceeded'), 15, 50);
  cluster.kubelet.ready = () => true;
});

test('old ReplicaSets beyond revisionHistoryLimit are deleted, lowest revision first', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('history', 1, { revisionHistoryLimit: 1 }));
  await rolledOut('history');
  for (const image of ['web:2', 'web:3', 'web:4']) {
    await setImage(cluster.client, 'history', image);
    await eventually(async () => expect(await images('history')).toEqual([image]), 10, 20);
    await rolledOut('history');
  }
  await eventually(
    async () => {
      const left = (await replicaSets('history')).map(({ metadata }) => metadata.annotations?.[REVISION]);
      expect(left).toEqual(['3', '4']);
    },
    10,
    20,
  );
});

test('an orphaned pod that matches is adopted, and a pod whose label is taken away is released and replaced', async () => {
  await cluster.client.create(DEPLOYMENTS, deployment('claims', 2));
  await rolledOut('claims');
  const [replicaSet] = await replicaSets('claims');
  const list = async (labelSelector: string) =>
    (await cluster.client.list(PODS, { namespace: NAMESPACE, labelSelector })).items;
  const [pod] = await list('app=claims');
  await cluster.client.patch(PODS, NAMESPACE, pod!.metadata.name!, 'merge', { metadata: { labels: { app: 'debug' } } });
  await eventually(
    async () => {
      const [released] = await list('app=debug');
      expect(released?.metadata.ownerReferences ?? []).toEqual([]);
      expect(await list('app=claims')).toHaveLength(2);
    },
    10,
    20,
  );
  await cluster.client.patch(PODS, NAMESPACE, pod!.metadata.name!, 'merge', {
    metadata: { labels: { app: 'claims' } },
  });
  await eventually(
    async () => {
      const pods = await list('app=claims');
      expect(pods).toHaveLength(2);
      for (const each of pods) expect(each.metadata.ownerReferences).toMatchObject([{ uid: replicaSet?.metadata.uid }]);
    },
    10,
    20,
  );
});
