import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../src/apiserver/app.ts';
import { CONFIG_MAPS, DEPLOYMENTS, EVENTS, NAMESPACES, NODES, PODS, type Pod } from '../../../src/client/resources.ts';
import { type Api, startApi } from '../../support/api.ts';
import { configMap, namespace, pod } from './objects.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi({ authorizer: { authorize: async () => ({ decision: 'deny', reason: '' }) } });
  await api.client().create(NAMESPACES, namespace('local'));
});
afterAll(() => api?.close());

const inLocal = <T extends { metadata: object }>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'local' },
});

test('authorization does not apply, validation does', async () => {
  const client = api.client();
  const made = await client.create(PODS, inLocal(pod('p')) as Pod);
  expect(made).toMatchObject({ apiVersion: 'v1', kind: 'Pod', spec: { restartPolicy: 'Always' } });
  await expect(client.create(PODS, inLocal(pod('P')) as Pod)).rejects.toMatchObject({ code: 422 });
  await expect(client.create(PODS, { ...inLocal(pod('q')), nonsense: 1 } as Pod)).rejects.toThrow(
    'unknown field "nonsense"',
  );
  await expect(client.get(PODS, 'local', 'none')).rejects.toMatchObject({ reason: 'NotFound' });
  expect(await client.find(PODS, 'local', 'none')).toBeUndefined();
});

test('the object of the caller is left as it was', async () => {
  const sent = inLocal(configMap('mine', { k: 'v' }));
  const before = structuredClone(sent);
  await api.client().create(CONFIG_MAPS, sent);
  expect(sent).toEqual(before);
});

test('an update that changes nothing is not written', async () => {
  const client = api.client();
  const made = await client.create(CONFIG_MAPS, inLocal(configMap('noop', { k: 'v' })));
  const same = await client.update(CONFIG_MAPS, made);
  expect(same.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  const changed = await client.update(CONFIG_MAPS, { ...made, data: { k: 'w' } });
  expect(changed.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
  await expect(client.update(CONFIG_MAPS, { ...made, data: { k: 'x' } })).rejects.toMatchObject({ reason: 'Conflict' });
});

test('list, patch, status, binding and delete', async () => {
  const client = api.client();
  await client.create(PODS, inLocal(pod('b', { labels: { app: 'b' } })) as Pod);
  const { items, resourceVersion } = await client.list(PODS, { namespace: 'local', labelSelector: 'app=b' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  expect(resourceVersion).toMatch(/^\d+$/);
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'b' }, target: { kind: 'Node', name: 'n1' } };
  await client.createSubresource(PODS, 'local', 'b', 'binding', binding);
  const bound = await client.get(PODS, 'local', 'b');
  expect(bound.spec?.nodeName).toBe('n1');
  const status = await client.updateStatus(PODS, { ...bound, status: { ...bound.status, phase: 'Running' } });
  expect(status.status?.phase).toBe('Running');
  const patched = await client.patch(PODS, 'local', 'b', 'merge', { metadata: { labels: { x: 'y' } } });
  expect(patched.metadata.labels).toEqual({ app: 'b', x: 'y' });
  await client.delete(PODS, 'local', 'b', { gracePeriodSeconds: 0 });
  expect(await client.find(PODS, 'local', 'b')).toBeUndefined();
});

test('a node keeps the status it was created with', async () => {
  const node = {
    apiVersion: 'v1' as const,
    kind: 'Node' as const,
    metadata: { name: 'n1' },
    status: { capacity: { cpu: '2' } },
  };
  const made = await api.client().create(NODES, node);
  expect(made.status?.capacity).toEqual({ cpu: '2' });
  expect(made.spec?.podCIDR).toMatch(/^10\.244\.\d+\.0\/24$/);
});

test('dependents and content are found whatever their kind', async () => {
  const client = api.client();
  const owner = await client.create(CONFIG_MAPS, inLocal(configMap('owner')));
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid ?? '' };
  await client.create(PODS, inLocal(pod('owned', { ownerReferences: [reference] })) as Pod);
  const ownership = api.clients.ownership('root');
  expect(
    (await ownership.dependents(reference.uid)).map(({ resource, object }) => [resource?.kind, object.metadata.name]),
  ).toEqual([['Pod', 'owned']]);
  const { items, more } = await ownership.inNamespace('local', 1);
  expect(items).toHaveLength(1);
  expect(more).toBe(true);
  expect(await ownership.resourceOf('apps/v1', 'Deployment')).toMatchObject(DEPLOYMENTS);
  expect(await ownership.resourceNamed('events')).toMatchObject({ group: '', resource: 'events' });
  expect(await ownership.resourceOf('acme.example/v1', 'Widget')).toBeUndefined();
});

test('an event is one object in both of its groups', async () => {
  const event = {
    apiVersion: 'v1' as const,
    kind: 'Event' as const,
    metadata: { name: 'e', namespace: 'local' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'local', name: 'p' },
    reason: 'Started',
    message: 'Started container',
    type: 'Normal',
    count: 1,
  };
  const made = await api.client().create(EVENTS, event);
  const other = await allowing()('/apis/events.k8s.io/v1/namespaces/local/events/e');
  expect(other).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    regarding: { kind: 'Pod', name: 'p' },
    note: 'Started container',
    metadata: { uid: made.metadata.uid, resourceVersion: made.metadata.resourceVersion },
  });
  const { items } = await api.client().list(EVENTS, { namespace: 'local', fieldSelector: 'involvedObject.name=p' });
  expect(items).toHaveLength(1);
});

/** Reads by path, with an authorizer that allows. */
function allowing() {
  const app = createApp({ ...api.deps, authorizer: { authorize: async () => ({ decision: 'allow', reason: '' }) } });
  return async (path: string) => (await app.request(path, { headers: { authorization: 'Bearer test-token' } })).json();
}
