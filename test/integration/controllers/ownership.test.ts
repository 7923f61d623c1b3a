import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONFIG_MAPS,
  type ConfigMap,
  DEPLOYMENTS,
  NAMESPACES,
  PODS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
} from '../../../src/client/resources.ts';
import type { OwnerReference } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { CA, type Cluster, deployment, NAMESPACE, startCluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

async function configMap(
  name: string,
  owners: ConfigMap[] = [],
  rest: Partial<OwnerReference> = {},
): Promise<ConfigMap> {
  const ownerReferences = owners.map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name!,
    uid: metadata.uid!,
    ...rest,
  }));
  return await cluster.client.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NAMESPACE, ownerReferences },
  });
}

const find = (name: string) => cluster.client.find(CONFIG_MAPS, NAMESPACE, name);

async function counts(app: string): Promise<{ replicaSets: number; pods: number }> {
  const options = { namespace: NAMESPACE, labelSelector: `app=${app}` };
  const [replicaSets, pods] = await Promise.all([
    cluster.client.list(REPLICA_SETS, options),
    cluster.client.list(PODS, options),
  ]);
  return { replicaSets: replicaSets.items.length, pods: pods.items.length };
}

async function running(name: string, replicas: number): Promise<void> {
  await cluster.client.create(DEPLOYMENTS, deployment(name, replicas));
  await eventually(
    async () => {
      const { status } = await cluster.client.get(DEPLOYMENTS, NAMESPACE, name);
      expect(status?.availableReplicas).toBe(replicas);
    },
    20,
    20,
  );
}

test('background deletion of a Deployment takes its ReplicaSets and pods with it', async () => {
  await running('background', 3);
  await cluster.client.delete(DEPLOYMENTS, NAMESPACE, 'background', { propagationPolicy: 'Background' });
  expect(await cluster.client.find(DEPLOYMENTS, NAMESPACE, 'background')).toBeUndefined();
  await eventually(async () => expect(await counts('background')).toEqual({ replicaSets: 0, pods: 0 }), 20, 20);
});

test('foreground deletion keeps the owner until the last dependent is gone', async () => {
  await running('foreground', 3);
  const since = await cluster.api.deps.store.revision('root');
  await cluster.client.delete(DEPLOYMENTS, NAMESPACE, 'foreground', { propagationPolicy: 'Foreground' });
  await eventually(
    async () => {
      expect(await cluster.client.find(DEPLOYMENTS, NAMESPACE, 'foreground')).toBeUndefined();
    },
    20,
    20,
  );
  expect(await counts('foreground')).toEqual({ replicaSets: 0, pods: 0 });
  const { changes } = await cluster.api.deps.store.changes('root', since, 10_000);
  const gone = changes.filter(({ type, name }) => type === 'DELETED' && name.startsWith('foreground'));
  expect(gone.map(({ resource }) => resource).filter((resource) => resource !== 'events')).toEqual([
    'pods',
    'pods',
    'pods',
    'replicasets.apps',
    'deployments.apps',
  ]);
});

test('orphaning deletion leaves the dependents, without the reference', async () => {
  await running('orphaned', 2);
  await cluster.client.delete(DEPLOYMENTS, NAMESPACE, 'orphaned', { propagationPolicy: 'Orphan' });
  await eventually(
    async () => {
      expect(await cluster.client.find(DEPLOYMENTS, NAMESPACE, 'orphaned')).toBeUndefined();
    },
    20,
    20,
  );
  expect(await counts('orphaned')).toEqual({ replicaSets: 1, pods: 2 });
  const { items } = await cluster.client.list(REPLICA_SETS, { namespace: NAMESPACE, labelSelector: 'app=orphaned' });
  expect(items[0]?.metadata.ownerReferences ?? []).toEqual([]);
});

test('an object with several owners lives as long as one of them, and loses the reference to the other', async () => {
  const [a, b] = [await configMap('owner-a'), await configMap('owner-b')];
  await configMap('shared', [a, b]);
  await cluster.client.delete(CONFIG_MAPS, NAMESPACE, 'owner-a');
  await eventually(
    async () => {
      expect((await find('shared'))?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['owner-b']);
    },
    10,
    20,
  );
  await cluster.client.delete(CONFIG_MAPS, NAMESPACE, 'owner-b');
  await eventually(async () => expect(await find('shared')).toBeUndefined(), 10, 20);
});

test('an object made for an owner that is gone, or replaced by another of its name, is deleted', async () => {
  const first = await configMap('replaced');
  await cluster.client.delete(CONFIG_MAPS, NAMESPACE, 'replaced');
  await configMap('replaced');
  await configMap('latecomer', [first]);
  await eventually(async () => expect(await find('latecomer')).toBeUndefined(), 10, 20);
  expect(await find('replaced')).toBeDefined();
});

test('a cycle of owners is deleted in the foreground without waiting for itself', async () => {
  const a = await configMap('cycle-a');
  const b = await configMap('cycle-b', [a], { blockOwnerDeletion: true });
  const reference = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'cycle-b',
    uid: b.metadata.uid,
    blockOwnerDeletion: true,
  };
  const patch = { metadata: { ownerReferences: [reference] } };
  await cluster.client.patch(CONFIG_MAPS, NAMESPACE, 'cycle-a', 'merge', patch);
  await cluster.client.delete(CONFIG_MAPS, NAMESPACE, 'cycle-a', { propagationPolicy: 'Foreground' });
  await eventually(
    async () => expect([await find('cycle-a'), await find('cycle-b')]).toEqual([undefined, undefined]),
    10,
    20,
  );
});

test('a namespace gets its ServiceAccount and CA bundle, and they come back when they are deleted or changed', async () => {
  const account = () => cluster.client.find(SERVICE_ACCOUNTS, NAMESPACE, 'default');
  const bundle = () => cluster.client.find(CONFIG_MAPS, NAMESPACE, 'kube-root-ca.crt');
  const settled = async () => {
    expect(await account()).toBeDefined();
    expect((await bundle())?.data).toEqual({ 'ca.crt': CA });
  };
  await eventually(settled, 10, 20);
  const before = (await account())?.metadata.uid;
  await cluster.client.delete(SERVICE_ACCOUNTS, NAMESPACE, 'default');
  await cluster.client.patch(CONFIG_MAPS, NAMESPACE, 'kube-root-ca.crt', 'merge', { data: { 'ca.crt': 'other' } });
  await eventually(settled, 10, 20);
  expect((await account())?.metadata.uid).not.toBe(before);
});

test('a deleted namespace is emptied, says what holds it, and goes when its last finalizer does', async () => {
  const namespace = 'doomed';
  await cluster.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const doomed = deployment('web', 2);
  await cluster.client.create(DEPLOYMENTS, { ...doomed, metadata: { ...doomed.metadata, namespace } });
  await cluster.client.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace, finalizers: ['example.com/hold'] },
  });
  await eventually(
    async () => {
      const { status } = await cluster.client.get(DEPLOYMENTS, namespace, 'web');
      expect(status?.availableReplicas).toBe(2);
    },
    20,
    20,
  );
  await cluster.client.delete(NAMESPACES, '', namespace);
  await eventually(
    async () => {
      const { status } = await cluster.client.get(NAMESPACES, '', namespace);
      expect(status?.phase).toBe('Terminating');
      const messages = new Map(
        status?.conditions?.map(({ type, status: state, message }) => [type, `${state} ${message}`]),
      );
      expect(Object.fromEntries(messages)).toEqual({
        NamespaceDeletionDiscoveryFailure: 'False All resources successfully discovered',
        NamespaceDeletionGroupVersionParsingFailure: 'False All legacy kube types successfully parsed',
        NamespaceDeletionContentFailure: 'False All content successfully deleted, may be waiting on finalization',
        NamespaceContentRemaining: 'True Some resources are remaining: configmaps. has 1 resource instances',
        NamespaceFinalizersRemaining:
          'True Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      });
    },
    20,
    20,
  );
  await cluster.client.patch(CONFIG_MAPS, namespace, 'held', 'merge', { metadata: { finalizers: null } });
  await eventually(async () => expect(await cluster.client.find(NAMESPACES, '', namespace)).toBeUndefined(), 20, 20);
  expect((await cluster.api.deps.store.inNamespace('root', namespace, 10)).items).toEqual([]);
});

/** A row of a kind that this process does not know, as of a CustomResourceDefinition that another has just made. */
async function unknownRow(namespace: string, name: string, ownerReferences: OwnerReference[] = []) {
  const uid = crypto.randomUUID();
  const key = { resource: 'widgets.example.com', namespace, name };
  const { store } = cluster.api.deps;
  const [made] = await store.write('root', [
    {
      op: 'create',
      ...key,
      uid,
      body: JSON.stringify({ metadata: { name, namespace, uid, ownerReferences } }),
      labels: {},
      fields: {},
      owners: ownerReferences.map((each) => each.uid),
    },
  ]);
  expect(made?.result).toBe('ok');
  return {
    there: async () => (await store.get('root', key)) !== undefined,
    async remove() {
      const { revision } = (await store.get('root', key))!;
      const [gone] = await store.write('root', [{ op: 'delete', ...key, uid, expectedRevision: revision }]);
      expect(gone?.result).toBe('ok');
    },
  };
}

test('a namespace with objects of an unknown kind is not empty', async () => {
  const namespace = 'strange';
  await cluster.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const row = await unknownRow(namespace, 'w');
  await cluster.client.delete(NAMESPACES, '', namespace);
  await eventually(
    async () => {
      const { status } = await cluster.client.get(NAMESPACES, '', namespace);
      const messages = Object.fromEntries(status?.conditions?.map(({ type, message }) => [type, message]) ?? []);
      expect(messages).toMatchObject({
        NamespaceDeletionDiscoveryFailure:
          'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: widgets.example.com',
        NamespaceContentRemaining: 'Some resources are remaining: widgets.example.com has 1 resource instances',
      });
    },
    20,
    20,
  );
  expect(await row.there()).toBe(true);
  await row.remove();
  await eventually(async () => expect(await cluster.client.find(NAMESPACES, '', namespace)).toBeUndefined(), 20, 20);
});

test('a foreground deletion waits for dependents of an unknown kind', async () => {
  const owner = await configMap('strange-owner');
  const { uid = '', name = '' } = owner.metadata;
  const row = await unknownRow(NAMESPACE, 'dependent', [
    { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true },
  ]);
  await cluster.client.delete(CONFIG_MAPS, NAMESPACE, name, { propagationPolicy: 'Foreground' });
  // What the collector does first of all with this owner is known by what it does with one that comes after it.
  await configMap('known-owner');
  await cluster.client.delete(CONFIG_MAPS, NAMESPACE, 'known-owner', { propagationPolicy: 'Foreground' });
  await eventually(async () => expect(await find('known-owner')).toBeUndefined(), 20, 20);
  expect((await find(name))?.metadata.finalizers).toEqual(['foregroundDeletion']);
  expect(await row.there()).toBe(true);
  await row.remove();
  await eventually(async () => expect(await find(name)).toBeUndefined(), 20, 20);
});
