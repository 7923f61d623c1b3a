import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  EVENTS,
  PODS,
  type Pod,
  REPLICATION_CONTROLLERS,
  type ReplicationController,
} from '../../../src/client/resources.ts';
import { controllerOf } from '../../../src/meta/object.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, startCluster } from './cluster.ts';

let cluster: Cluster;
/** As a quota would: pods of these apps beyond the number. */
const quota = new Map<string, number>();

beforeAll(async () => {
  const admit = async ({
    operation,
    object,
    definition,
  }: {
    operation: string;
    object?: object;
    definition: { resource: string };
  }) => {
    if (operation !== 'CREATE' || definition.resource !== 'pods') return;
    const app = (object as Pod).metadata.labels?.app ?? '';
    const left = quota.get(app);
    if (left === undefined) return;
    if (left === 0) throw StatusError.forbidden({ group: '', resource: 'pods' }, app, 'exceeded quota: pods');
    quota.set(app, left - 1);
  };
  cluster = await startCluster({ deps: { admission: { admit: admit as never, validate: async () => {} } } });
});
afterAll(async () => await cluster?.stop());

function controller(name: string, replicas: number): ReplicationController {
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { app: name },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  };
}

const read = (name: string, client = cluster.client) => client.get(REPLICATION_CONTROLLERS, NAMESPACE, name);

async function pods(name: string, client = cluster.client): Promise<Pod[]> {
  return (await client.list(PODS, { namespace: NAMESPACE, labelSelector: `app=${name}` })).items;
}

async function settled(name: string, replicas: number, client = cluster.client): Promise<ReplicationController> {
  return await eventually(async () => {
    const found = await read(name, client);
    expect(found.status).toMatchObject({ replicas, observedGeneration: found.metadata.generation });
    expect(found.status?.availableReplicas ?? 0).toBe(replicas);
    return found;
  });
}

test('a ReplicationController makes its pods, scales by its subresource, and counts as ReplicaSets do', async () => {
  await cluster.client.create(REPLICATION_CONTROLLERS, controller('plain', 3));
  const found = await settled('plain', 3);
  expect(found.status).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  });
  expect(controllerOf((await pods('plain'))[0]!)).toMatchObject({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    name: 'plain',
  });
  await cluster.client.patch(REPLICATION_CONTROLLERS, NAMESPACE, 'plain', 'merge', { spec: { replicas: 1 } }, 'scale');
  await settled('plain', 1);
  await eventually(async () => expect(await pods('plain')).toHaveLength(1));
  const { items } = await cluster.client.list(EVENTS, { namespace: NAMESPACE });
  const told = items.filter(({ involvedObject }) => involvedObject.name === 'plain');
  expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(['SuccessfulCreate', 'SuccessfulDelete']));
  expect(told[0]?.source?.component).toBe('replication-controller');
});

test('a ReplicationController adopts a matching orphan, and releases a pod whose label changes', async () => {
  const { client } = cluster;
  const orphan = await client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stray', namespace: NAMESPACE, labels: { app: 'adopter' } },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  });
  await client.create(REPLICATION_CONTROLLERS, controller('adopter', 1));
  const owner = await settled('adopter', 1);
  expect((await pods('adopter')).map(({ metadata }) => metadata.uid)).toEqual([orphan.metadata.uid]);

  await client.patch(PODS, NAMESPACE, 'stray', 'merge', { metadata: { labels: { app: 'other' } } });
  await eventually(async () => {
    expect(controllerOf(await client.get(PODS, NAMESPACE, 'stray'))).toBeUndefined();
    const replacement = await pods('adopter');
    expect(replacement.map((pod) => controllerOf(pod)?.uid)).toEqual([owner.metadata.uid]);
  });
});

test('what a quota refuses is the condition ReplicaFailure, which goes when it fits', async () => {
  const { client } = cluster;
  quota.set('limited', 2);
  await client.create(REPLICATION_CONTROLLERS, controller('limited', 3));
  await eventually(async () => {
    const { status } = await read('limited');
    expect(status?.replicas).toBe(2);
    expect(status?.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }]);
    expect(status?.conditions?.[0]?.message).toMatch(/^pods "limited" is forbidden: exceeded quota/);
  });
  await client.patch(REPLICATION_CONTROLLERS, NAMESPACE, 'limited', 'merge', { spec: { replicas: 2 } });
  await eventually(async () => expect((await settled('limited', 2)).status?.conditions).toBeUndefined());
});

test('a controller of the same name in another tenant has pods of its own', async () => {
  await cluster.client.create(REPLICATION_CONTROLLERS, controller('shared', 1));
  await cluster.otherTenant.create(REPLICATION_CONTROLLERS, controller('shared', 2));
  await settled('shared', 1);
  await settled('shared', 2, cluster.otherTenant);
  await cluster.otherTenant.delete(REPLICATION_CONTROLLERS, NAMESPACE, 'shared', { propagationPolicy: 'Background' });
  await eventually(async () => expect(await pods('shared', cluster.otherTenant)).toEqual([]));
  expect(await pods('shared')).toHaveLength(1);
});
