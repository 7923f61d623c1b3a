/** What a DELETE answers: typed clients read the object where upstream returns it, and a Status where it does not. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInResources } from '../../../src/apis/index.ts';
import { storedResource } from '../../../src/apiserver/registry/stored-form.ts';
import { type Api, startApi, TENANT } from '../../support/api.ts';
import { collectionPath, NAMESPACE } from './routes.ts';

/** Upstream's registries with ReturnDeletedObject, of the kinds that are served. */
const RETURNED = [
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'resourcequotas',
  'serviceaccounts',
  'services',
];

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
  // As a verb finds it: what each kind needs beside a name is not what is tried here.
  const uid = crypto.randomUUID();
  const namespace = definition.namespaced ? NAMESPACE : '';
  const metadata = { name: 'gone', ...(namespace === '' ? {} : { namespace }), uid };
  const spec = resource === 'namespaces' ? { spec: { finalizers: ['kubernetes'] } } : {};
  const [made] = await api.deps.store.write(TENANT, [
    {
      op: 'create',
      resource: storedResource(definition),
      namespace,
      name: 'gone',
      uid,
      body: JSON.stringify({ metadata, ...spec }),
      labels: {},
      fields: {},
      owners: [],
    },
  ]);
  expect(made).toMatchObject({ result: 'ok' });
  const { revision } = made as { revision: number };
  const { status, body } = await api.request('DELETE', `${path}/gone`);
  expect(status).toBe(200);
  if (resource === 'namespaces') {
    // It is not gone yet: it is answered as it is being deleted.
    expect(body).toMatchObject({ kind: 'Namespace', metadata: { uid }, status: { phase: 'Terminating' } });
    return;
  }
  if (definition.strategy.defaultPropagation === 'Orphan') {
    // Nor is this, until its dependents have been let go.
    expect(body).toMatchObject({ kind: definition.kind, metadata: { uid, finalizers: ['orphan'] } });
    return;
  }
  if (RETURNED.includes(resource)) {
    expect(body).toMatchObject({ kind: definition.kind, metadata: { name: 'gone', uid } });
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(revision);
  } else {
    expect(body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'gone', uid } });
  }
  expect((await api.request('GET', `${path}/gone`)).status).toBe(404);
});

it('every kind of which upstream returns the object is tried', () => {
  const returning = KINDS.filter(([, { strategy }]) => strategy.returnsDeletedObject === true).map(([name]) => name);
  expect(returning.sort()).toEqual(RETURNED);
});
