/** Long lists, read from the database as their clients take them. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createFlow } from '../../../src/apiserver/flow/flow.ts';
import { DEFAULT_LIMITS } from '../../../src/apiserver/flow/limits.ts';
import type { ListQuery } from '../../../src/apiserver/storage/contract.ts';
import { type Api, startApi } from '../../support/api.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const COUNT = 1_200;
const STALL_MS = 3_000;

const flow = createFlow({ ...DEFAULT_LIMITS, stallMs: STALL_MS });
let api: Api;
const queries: ListQuery[] = [];

beforeAll(async () => {
  api = await startApi({ flow });
  const { store } = api.deps;
  const { list } = store;
  store.list = (tenant, query) => {
    queries.push(query);
    return list(tenant, query);
  };
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'big' } } });
  const names = Array.from({ length: COUNT }, (_, i) => `map-${String(i).padStart(4, '0')}`);
  for (let at = 0; at < COUNT; at += 50) {
    await Promise.all(
      names.slice(at, at + 50).map((name) =>
        api.request('POST', MAPS, {
          body: { metadata: { name, labels: { all: 'yes' } }, data: { text: `a\nb: "${name}"` } },
        }),
      ),
    );
  }
});
afterAll(() => api.close());
beforeEach(() => {
  queries.length = 0;
});

// Others are in hand: pages are short, and none is read ahead.
let idle = () => {};
beforeAll(() => {
  idle = flow.turns.small();
});

it('S9: reads a long list a page at a time, in every form, with the same content', async () => {
  const json = await api.request('GET', MAPS);
  expect(queries).toHaveLength(3);
  const { items, metadata } = json.body;
  expect(json.body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
  expect(Object.keys(json.body)).toEqual(['kind', 'apiVersion', 'metadata', 'items']);
  expect(new Set(items.map((item: { metadata: { name: string } }) => item.metadata.name)).size).toBe(COUNT);
  expect(metadata).toEqual({ resourceVersion: expect.any(String) });

  const pretty = await api.request('GET', `${MAPS}?pretty=true`);
  expect(pretty.text).toBe(`${JSON.stringify(json.body, null, 2)}\n`);
  const yaml = await api.request('GET', MAPS, { headers: { accept: 'application/yaml' } });
  expect(parse(yaml.text)).toEqual(json.body);

  const table = await api.request('GET', MAPS, { headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' } });
  expect(table.body).toMatchObject({ kind: 'Table', metadata });
  expect(table.body.columnDefinitions.map((column: { name: string }) => column.name)).toEqual(['Name', 'Data', 'Age']);
  expect(table.body.rows).toHaveLength(COUNT);
  expect(table.body.rows[COUNT - 1]).toMatchObject({ cells: ['map-1199', 1, expect.any(String)] });

  const as = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
  const partial = await api.request('GET', MAPS, { headers: { accept: as } });
  expect(partial.body).toMatchObject({ kind: 'PartialObjectMetadataList', metadata });
  expect(partial.body.items.map((item: { metadata: object }) => item.metadata)).toEqual(
    items.map((item: { metadata: object }) => item.metadata),
  );
});

it('keeps limit, continue and remainingItemCount in lists of several pages', async () => {
  const first = await api.request('GET', `${MAPS}?limit=700`);
  expect(first.body.items).toHaveLength(700);
  expect(first.body.metadata).toMatchObject({ continue: expect.any(String), remainingItemCount: 500 });
  const rest = await api.request('GET', `${MAPS}?limit=700&continue=${first.body.metadata.continue}`);
  expect(rest.body.items).toHaveLength(500);
  expect(rest.body.metadata).toEqual({ resourceVersion: first.body.metadata.resourceVersion });
  const selected = await api.request('GET', `${MAPS}?labelSelector=all%3Dyes`);
  expect(selected.body.items).toHaveLength(COUNT);
});

it('S9: shows one revision, whatever happens while a client reads', async () => {
  const response = await api.open('GET', MAPS);
  const reader = response.body!.getReader();
  let text = new TextDecoder().decode((await reader.read()).value);
  await api.request('DELETE', `${MAPS}/map-1150`);
  await api.request('PATCH', `${MAPS}/map-1151`, {
    body: { data: { text: 'new' } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  for (let each = await reader.read(); !each.done; each = await reader.read()) {
    text += new TextDecoder().decode(each.value);
  }
  const { items } = JSON.parse(text);
  expect(items).toHaveLength(COUNT);
  expect(items[1151]).toMatchObject({ metadata: { name: 'map-1151' }, data: { text: 'a\nb: "map-1151"' } });
  await api.request('POST', MAPS, { body: { metadata: { name: 'map-1150', labels: { all: 'yes' } } } });
});

it('S9: reads no more for a client that pauses, and goes on where it stopped', async () => {
  const response = await api.open('GET', MAPS);
  const reader = response.body!.getReader();
  let text = new TextDecoder().decode((await reader.read()).value);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(queries).toHaveLength(1);
  for (let each = await reader.read(); !each.done; each = await reader.read()) {
    text += new TextDecoder().decode(each.value);
  }
  const names = JSON.parse(text).items.map((item: { metadata: { name: string } }) => item.metadata.name);
  expect(names).toEqual(Array.from({ length: COUNT }, (_, i) => `map-${String(i).padStart(4, '0')}`));
  // What had been dropped was read again.
  expect(queries.length).toBeGreaterThan(3);
});

it('S9: cuts a client that takes nothing of a list', async () => {
  const response = await api.open('GET', MAPS);
  const reader = response.body!.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, STALL_MS + 3_000));
  await expect(reader.read()).rejects.toThrow('takes nothing');
});

it('S8: stops reading when the client leaves', async () => {
  const gone = new AbortController();
  const response = await api.open('GET', MAPS, { signal: gone.signal });
  const reader = response.body!.getReader();
  await reader.read();
  gone.abort(new Error('left'));
  await expect(reader.read()).rejects.toThrow('left');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(queries.length).toBeLessThan(3);
});

it('S9: bounds a page by its bytes too', async () => {
  const big = '/api/v1/namespaces/big/configmaps';
  for (let i = 0; i < 9; i++) {
    const body = { metadata: { name: `big-${i}` }, data: { text: 'x'.repeat(900_000) } };
    expect((await api.request('POST', big, { body })).status).toBe(201);
  }
  queries.length = 0;
  const { body } = await api.request('GET', big);
  expect(body.items).toHaveLength(9);
  // Two bodies of 900,000 bytes pass one MiB.
  expect(queries).toHaveLength(5);
  const limited = await api.request('GET', `${big}?limit=8`);
  expect(limited.body.items).toHaveLength(8);
  expect(limited.body.metadata.remainingItemCount).toBe(1);
});

it('reads longer pages while nobody else waits', async () => {
  idle();
  const { body } = await api.request('GET', MAPS);
  expect(body.items).toHaveLength(COUNT);
  expect(queries).toHaveLength(1);
});
