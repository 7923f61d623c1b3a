/** What a DELETE answers: typed clients read the object where upstream returns it, and a Status where it does not. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInResources } from '../../../src/apis/index.ts';
import { type Api, startApi } from '../../support/api.ts';
import { collectionPath, NAMESPACE } from './routes.ts';

/** Upstream's registries with ReturnDeletedObject, of the kinds that are served. */
const RETURNED = ['pods', 'serviceaccounts', 'services'];

const metadata = { name: 'gone' };
const containers = [{ name: 'c', image: 'i' }];
const labels = { app: 'gone' };
const workload = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
/** What each kind needs beside a name. */
const BODIES: Readonly<Record<string, object>> = {
  pods: { spec: { containers } },
  services: { spec: { ports: [{ port: 80 }] } },
  events: { involvedObject: { namespace: NAMESPACE }, reason: 'r', type: 'Normal' },
  controllerrevisions: { revision: 1, data: {} },
  deployments: { spec: workload },
  replicasets: { spec: workload },
  clusterrolebindings: { roleRef },
  rolebindings: { roleRef },
  endpointslices: { addressType: 'IPv4', endpoints: [] },
};

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: NAMESPACE } } });
});
afterAll(() => api?.close());

const KINDS = builtInResources
  .filter(({ verbs, group }) => (verbs?.includes('delete') ?? true) && group !== 'events.k8s.io')
  .map((definition) => [definition.resource, definition] as const);

it.each(KINDS)('DELETE of %s', async (resource, definition) => {
  const path = collectionPath(definition);
  const created = await api.request('POST', path, { body: { metadata, ...BODIES[resource] } });
  expect(created.status, created.text).toBe(201);
  const { uid } = created.body.metadata;
  const { status, body } = await api.request('DELETE', `${path}/gone`);
  expect(status).toBe(200);
  if (resource === 'namespaces') {
    // It is not gone yet: it is answered as it is being deleted.
    expect(body).toMatchObject({ kind: 'Namespace', metadata: { uid }, status: { phase: 'Terminating' } });
    return;
  }
  if (RETURNED.includes(resource)) {
    expect(body).toMatchObject({ kind: definition.kind, metadata: { name: 'gone', uid } });
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(created.body.metadata.resourceVersion));
  } else {
    expect(body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'gone', uid } });
  }
  expect((await api.request('GET', `${path}/gone`)).status).toBe(404);
});

it('every kind of which upstream returns the object is tried', () => {
  const returning = KINDS.filter(([, { strategy }]) => strategy.returnsDeletedObject === true).map(([name]) => name);
  expect(returning.sort()).toEqual(RETURNED);
});
