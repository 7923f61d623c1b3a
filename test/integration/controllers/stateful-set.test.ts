import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../../src/client/contract.ts';
import {
  CONTROLLER_REVISIONS,
  EVENTS,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Pod,
  STATEFUL_SETS,
  type StatefulSet,
} from '../../../src/client/resources.ts';
import { controllerOf } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, startCluster } from './cluster.ts';

type Spec = NonNullable<StatefulSet['spec']>;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

function statefulSet(name: string, replicas: number, rest: Partial<Spec> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
      ...rest,
    },
  };
}

const create = (set: StatefulSet, client = cluster.client) => client.create(STATEFUL_SETS, set);
const scale = (name: string, replicas: number) =>
  cluster.client.patch(STATEFUL_SETS, NAMESPACE, name, 'merge', { spec: { replicas } }, 'scale');
const setImage = (name: string, image: string) =>
  cluster.client.patch(STATEFUL_SETS, NAMESPACE, name, 'strategic', {
    spec: { template: { spec: { containers: [{ name: 'db', image }] } } },
  });

async function pods(name: string, client: Client = cluster.client): Promise<Pod[]> {
  const { items } = await client.list(PODS, { namespace: NAMESPACE, labelSelector: `app=${name}` });
  return items.sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1));
}

const names = async (name: string) => (await pods(name)).map(({ metadata }) => metadata.name);
const images = async (name: string) => (await pods(name)).map(({ spec }) => spec?.containers[0]?.image);

/** All pods are of the newest revision and available. */
async function rolledOut(name: string, count: number, client: Client = cluster.client): Promise<StatefulSet> {
  return await eventually(async () => {
    const found = await client.get(STATEFUL_SETS, NAMESPACE, name);
    const { status } = found;
    expect(status).toEqual({
      observedGeneration: found.metadata.generation,
      replicas: count,
      readyReplicas: count,
      availableReplicas: count,
      currentReplicas: count,
      updatedReplicas: count,
      currentRevision: status?.updateRevision,
      updateRevision: status?.updateRevision,
      collisionCount: 0,
    });
    return found;
  });
}

test('pods are made in order, each once the one before it is ready, and go in reverse', async () => {
  const { client, kubelet } = cluster;
  kubelet.ready = ({ metadata }) => metadata.name !== 'order-1';
  await create(statefulSet('order', 3));
  await eventually(async () => expect(await names('order')).toEqual(['order-0', 'order-1']));
  kubelet.ready = () => true;
  await kubelet.touch();
  const { status } = await rolledOut('order', 3);
  const [first] = await pods('order');
  expect(first?.metadata.labels).toMatchObject({
    'statefulset.kubernetes.io/pod-name': 'order-0',
    'apps.kubernetes.io/pod-index': '0',
    'controller-revision-hash': status?.currentRevision,
  });
  expect(first?.spec).toMatchObject({ hostname: 'order-0', subdomain: 'order' });
  await scale('order', 1);
  await rolledOut('order', 1);
  const { items } = await client.list(EVENTS, { namespace: NAMESPACE });
  const told = items.filter(({ involvedObject }) => involvedObject.name === 'order').map(({ message }) => message);
  expect(told.sort()).toEqual([
    ...[0, 1, 2].map((ordinal) => `create Pod order-${ordinal} in StatefulSet order successful`),
    ...[1, 2].map((ordinal) => `delete Pod order-${ordinal} in StatefulSet order successful`),
  ]);
});

test('a partition is a canary, its end rolls on, and an undo makes the old revision the newest', async () => {
  const { client } = cluster;
  await create(
    statefulSet('canary', 3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }),
  );
  const before = await eventually(async () => {
    const found = await client.get(STATEFUL_SETS, NAMESPACE, 'canary');
    expect(found.status?.availableReplicas).toBe(3);
    return found;
  });
  await setImage('canary', 'db:2');
  await eventually(async () => {
    expect(await images('canary')).toEqual(['db:1', 'db:1', 'db:2']);
    expect((await client.get(STATEFUL_SETS, NAMESPACE, 'canary')).status).toMatchObject({
      currentReplicas: 2,
      updatedReplicas: 1,
      availableReplicas: 3,
      currentRevision: before.status?.updateRevision,
    });
  });
  // What is below the partition comes back as it was.
  await client.delete(PODS, NAMESPACE, 'canary-0');
  await eventually(async () => {
    expect(await images('canary')).toEqual(['db:1', 'db:1', 'db:2']);
    expect((await pods('canary')).every(({ metadata }) => metadata.deletionTimestamp === undefined)).toBe(true);
  });
  const updateStrategy = { rollingUpdate: { partition: 0 } };
  await client.patch(STATEFUL_SETS, NAMESPACE, 'canary', 'merge', { spec: { updateStrategy } });
  await eventually(async () => expect(await images('canary')).toEqual(['db:2', 'db:2', 'db:2']));
  await rolledOut('canary', 3);

  const { items } = await client.list(CONTROLLER_REVISIONS, { namespace: NAMESPACE, labelSelector: 'app=canary' });
  const first = items.find(({ revision }) => revision === 1);
  await client.patch(STATEFUL_SETS, NAMESPACE, 'canary', 'strategic', first!.data);
  await eventually(async () => expect(await images('canary')).toEqual(['db:1', 'db:1', 'db:1']));
  const rolledBack = await client.get(CONTROLLER_REVISIONS, NAMESPACE, first!.metadata.name!);
  expect(rolledBack.revision).toBe(3);
});

test('Parallel makes all pods at once', async () => {
  const { kubelet } = cluster;
  kubelet.ready = ({ metadata }) => !metadata.name!.startsWith('burst');
  await create(statefulSet('burst', 3, { podManagementPolicy: 'Parallel', ordinals: { start: 4 } }));
  await eventually(async () => expect(await names('burst')).toEqual(['burst-4', 'burst-5', 'burst-6']));
  kubelet.ready = () => true;
  await kubelet.touch();
  await rolledOut('burst', 3);
});

test('a failed pod is made anew under its name, and not before it is gone', async () => {
  const { client } = cluster;
  await create(statefulSet('heal', 1));
  await rolledOut('heal', 1);
  const held = await client.patch<Pod>(PODS, NAMESPACE, 'heal-0', 'merge', {
    metadata: { finalizers: ['example.com/hold'] },
  });
  await client.updateStatus(PODS, { ...held, status: { ...held.status, phase: 'Failed', conditions: [] } });
  const dying = await eventually(async () => {
    const found = await client.get(PODS, NAMESPACE, 'heal-0');
    expect(found.metadata.deletionTimestamp).toBeDefined();
    return found;
  });
  expect(dying.metadata.uid).toBe(held.metadata.uid);
  await client.patch(PODS, NAMESPACE, 'heal-0', 'merge', { metadata: { finalizers: null } });
  await eventually(async () =>
    expect((await client.get(PODS, NAMESPACE, 'heal-0')).metadata.uid).not.toBe(held.metadata.uid),
  );
  await rolledOut('heal', 1);
  const { items } = await client.list(EVENTS, { namespace: NAMESPACE });
  expect(items.find(({ reason }) => reason === 'RecreatingFailedPod')?.message).toBe(
    `StatefulSet ${NAMESPACE}/heal is recreating failed Pod heal-0`,
  );
});

test('claims are made of their templates, found again, and go with what the retention policy says', async () => {
  const { client } = cluster;
  const volumeClaimTemplates = [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ] as NonNullable<Spec['volumeClaimTemplates']>;
  const claims = async (app: string) =>
    (await client.list(PERSISTENT_VOLUME_CLAIMS, { namespace: NAMESPACE, labelSelector: `app=${app}` })).items;

  await create(statefulSet('keep', 2, { volumeClaimTemplates }));
  await rolledOut('keep', 2);
  const made = await claims('keep');
  expect(made.map((claim) => [claim.metadata.name, controllerOf(claim)]).sort()).toEqual([
    ['data-keep-0', undefined],
    ['data-keep-1', undefined],
  ]);
  await scale('keep', 1);
  await rolledOut('keep', 1);
  await scale('keep', 2);
  await rolledOut('keep', 2);
  expect((await claims('keep')).map(({ metadata }) => metadata.uid).sort()).toEqual(
    made.map(({ metadata }) => metadata.uid).sort(),
  );

  const policy = { whenScaled: 'Delete', whenDeleted: 'Delete' };
  await create(statefulSet('drop', 2, { volumeClaimTemplates, persistentVolumeClaimRetentionPolicy: policy }));
  await rolledOut('drop', 2);
  expect(controllerOf((await claims('drop'))[0]!)?.kind).toBe('StatefulSet');
  await scale('drop', 1);
  await eventually(async () =>
    expect((await claims('drop')).map(({ metadata }) => metadata.name)).toEqual(['data-drop-0']),
  );
  await client.delete(STATEFUL_SETS, NAMESPACE, 'drop', { propagationPolicy: 'Background' });
  await eventually(async () => expect(await claims('drop')).toEqual([]));
});

test('only orphans of its names are adopted, and a set of another tenant is another', async () => {
  const { client, otherTenant } = cluster;
  for (const name of ['adopt-0', 'adopt-stray']) {
    await client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: NAMESPACE, labels: { app: 'adopt' } },
      spec: { containers: [{ name: 'db', image: 'db:1' }] },
    });
  }
  await create(statefulSet('adopt', 1, { updateStrategy: { type: 'OnDelete' } }));
  await create(statefulSet('adopt', 2), otherTenant);
  await eventually(async () => {
    const [adopted, stray] = await pods('adopt');
    expect(controllerOf(adopted!)).toMatchObject({ kind: 'StatefulSet', name: 'adopt' });
    expect(adopted?.metadata.labels?.['statefulset.kubernetes.io/pod-name']).toBe('adopt-0');
    expect(controllerOf(stray!)).toBeUndefined();
  });
  await rolledOut('adopt', 2, otherTenant);
  expect(await names('adopt')).toEqual(['adopt-0', 'adopt-stray']);
});
