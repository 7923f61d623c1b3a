/** What a tenant's API serves, as its own kinds come and go. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInKinds } from '../../../src/apis/index.ts';
import type { ResourceDefinition } from '../../../src/apiserver/registry/contract.ts';
import { ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import { createSurfaces } from '../../../src/apiserver/surface/surfaces.ts';
import { ADMIN, type Api, startApi, TENANT, TOKEN } from '../../support/api.ts';

const configMaps = builtInKinds.stored.find(({ resource }) => resource === 'configmaps')!;
const widgets: ResourceDefinition = {
  ...configMaps,
  group: 'example.com',
  kind: 'Widget',
  resource: 'widgets',
  singular: 'widget',
  shortNames: [],
};
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';
const OTHER = 'other';

let api: Api;
let own: { revision: number; stored: ResourceDefinition[] } = { revision: 1, stored: [widgets] };
let loads = 0;
beforeAll(async () => {
  api = await startApi({
    surfaces: createSurfaces({
      builtIn: builtInKinds,
      gitVersion: 'v1.35.0+kedge',
      source: {
        revision: (tenant) => (tenant === TENANT ? own.revision : 0),
        async load() {
          loads++;
          return { ...own, remote: [] };
        },
      },
    }),
    authenticator: {
      authenticate: async (token) => ({ tenant: token === TOKEN ? TENANT : OTHER, user: ADMIN }),
    },
  });
  await ensureTenant(api.db, OTHER);
  for (const token of [TOKEN, OTHER]) {
    await api.request('POST', '/api/v1/namespaces', { token, body: { metadata: { name: 'default' } } });
  }
});
afterAll(() => api?.close());

async function watch(path: string) {
  const abort = new AbortController();
  const response = await api.open('GET', `${path}?watch=true`, { signal: abort.signal });
  expect(response.status).toBe(200);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { abort, read: async () => (await reader.read()).value };
}

test('a kind of one tenant is served to it alone, by path and by discovery', async () => {
  const body = { metadata: { name: 'w' }, data: { a: 'b' } };
  expect((await api.request('POST', WIDGETS, { body })).status).toBe(201);
  expect((await api.request('GET', `${WIDGETS}/w`)).body).toMatchObject({ kind: 'Widget', data: { a: 'b' } });
  expect((await api.request('GET', '/apis/example.com/v1')).body.resources).toMatchObject([{ name: 'widgets' }]);
  expect((await api.request('POST', WIDGETS, { token: OTHER, body })).status).toBe(404);
  expect((await api.request('GET', '/apis/example.com/v1', { token: OTHER })).status).toBe(404);
  expect(loads, 'one look for all these requests').toBe(1);
});

test('watches end with their kind, and others go on', async () => {
  const watched = await watch(WIDGETS);
  const maps = await watch('/api/v1/namespaces/default/configmaps');
  expect(await watched.read()).toContain('"ADDED"');

  own = { revision: 2, stored: [] };
  expect((await api.request('GET', WIDGETS)).status).toBe(404);
  expect(await watched.read(), 'a clean end').toBeUndefined();

  const body = { metadata: { name: 'm' } };
  expect((await api.request('POST', '/api/v1/namespaces/default/configmaps', { body })).status).toBe(201);
  expect(await maps.read()).toContain('"name":"m"');
  maps.abort.abort();
});
