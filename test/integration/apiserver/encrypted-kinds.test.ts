import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInKinds, builtInResources } from '../../../src/apis/index.ts';
import { createApp } from '../../../src/apiserver/app.ts';
import type { ResourceDefinition } from '../../../src/apiserver/registry/contract.ts';
import { createSurfaces } from '../../../src/apiserver/surface/surfaces.ts';
import { openStore } from '../../../src/hosts/store.ts';
import { type Api, startApi, TENANT, TOKEN } from '../../support/api.ts';

const KEYS = [{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }];

/** A kind as it might be added: that its definition says `encrypted` is all that is done for its encryption. */
const vaults: ResourceDefinition = {
  ...builtInResources.find(({ resource }) => resource === 'configmaps')!,
  group: 'example.com',
  kind: 'Vault',
  resource: 'vaults',
  singular: 'vault',
  shortNames: [],
  encrypted: true,
};

let api: Api;
let app: Hono;
beforeAll(async () => {
  api = await startApi();
  const definitions = [...builtInResources, vaults];
  app = createApp({
    ...api.deps,
    surfaces: createSurfaces({ builtIn: { ...builtInKinds, stored: definitions }, gitVersion: 'v1.35.0' }),
    store: openStore(api.db, KEYS, { definitions }),
  });
  expect(await send('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })).toBe(201);
});
afterAll(() => api.close());

async function send(method: string, path: string, body: object): Promise<number> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  return (await app.request(path, { method, headers, body: JSON.stringify(body) })).status;
}

/** What the tables hold of objects of that name, in all columns that hold a body. */
async function stored(name: string): Promise<string[]> {
  const rows = await api.db.sql<{ body: string | null }[]>`
    select body from objects where tenant = ${TENANT} and name = ${name}
    union all select body from changes where tenant = ${TENANT} and name = ${name}
    union all select previous_body from changes where tenant = ${TENANT} and name = ${name}`;
  return rows.flatMap(({ body }) => body ?? []);
}

describe('a kind whose definition says `encrypted`', () => {
  it('lies in objects and changes as ciphertext, without anybody else having been told', async () => {
    const path = '/apis/example.com/v1/namespaces/default/vaults';
    const vault = (word: string) => ({ metadata: { name: 'v' }, data: { word } });
    expect(await send('POST', path, vault('first-hush'))).toBe(201);
    expect(await send('PUT', `${path}/v`, vault('second-hush'))).toBe(200);
    const bodies = await stored('v');
    // The object, its two changes, and what was before the second.
    expect(bodies).toHaveLength(4);
    for (const body of bodies) expect(body).toMatch(/^enc:1:k1:/);
    const answer = await app.request(`${path}/v`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await answer.json()).toMatchObject({ data: { word: 'second-hush' } });
  });

  it('is told from one that does not: a ConfigMap stays readable', async () => {
    const configMap = { metadata: { name: 'c' }, data: { word: 'open' } };
    expect(await send('POST', '/api/v1/namespaces/default/configmaps', configMap)).toBe(201);
    const bodies = await stored('c');
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toContain('open');
  });

  it('encrypts Secrets by the definitions that hosts serve', async () => {
    const store = openStore(api.db, KEYS);
    const key = { resource: 'secrets', namespace: 'default', name: 's' };
    const body = '{"metadata":{"name":"s"},"data":{"word":"aHVzaA=="}}';
    const indexes = { labels: {}, fields: {}, owners: [] };
    await store.write(TENANT, [{ op: 'create', ...key, uid: crypto.randomUUID(), body, ...indexes }]);
    for (const text of await stored('s')) expect(text).toMatch(/^enc:1:k1:/);
    expect((await store.get(TENANT, key))?.body).toBe(body);
  });
});
