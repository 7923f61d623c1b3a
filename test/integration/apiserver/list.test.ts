import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeContinue } from '../../../src/apiserver/registry/continue-token.ts';
import { type Api, startApi } from '../../support/api.ts';
import { configMap, namespace, pod } from './objects.ts';

let api: Api;
const MAPS = '/api/v1/namespaces/list/configmaps';

beforeAll(async () => {
  api = await startApi();
  for (const name of ['list', 'other']) await api.request('POST', '/api/v1/namespaces', { body: namespace(name) });
  for (let i = 0; i < 10; i++) {
    await api.request('POST', MAPS, {
      body: configMap(`m${i}`, { i: `${i}` }, { parity: i % 2 === 0 ? 'even' : 'odd' }),
    });
  }
  await api.request('POST', '/api/v1/namespaces/other/configmaps', { body: configMap('elsewhere') });
});
afterAll(() => api?.close());

const names = (body: { items: { metadata: { name: string } }[] }) => body.items.map(({ metadata }) => metadata.name);

test('a list holds all objects of a namespace, without their types, at one revision', async () => {
  const { status, body } = await api.request('GET', MAPS);
  expect(status).toBe(200);
  expect(body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
  expect(names(body)).toEqual(Array.from({ length: 10 }, (_, i) => `m${i}`));
  expect(body.items[0].kind).toBeUndefined();
  expect(body.items[0].metadata.resourceVersion).toMatch(/^\d+$/);
  expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(body.items[9].metadata.resourceVersion));
});

test('an empty list has an empty array', async () => {
  expect((await api.request('GET', '/api/v1/namespaces/list/secrets')).body.items).toEqual([]);
});

test('without a namespace it holds all of them', async () => {
  expect(names((await api.request('GET', '/api/v1/configmaps')).body)).toContain('elsewhere');
});

describe('selectors', () => {
  test.each([
    ['labelSelector=parity%3Deven', 5],
    ['labelSelector=parity%20in%20(even,odd)', 10],
    ['labelSelector=!parity', 0],
    ['fieldSelector=metadata.name%3Dm3', 1],
    ['fieldSelector=metadata.name!%3Dm3', 9],
    ['fieldSelector=metadata.namespace%3Dother', 0],
  ])('%s selects %i', async (query, count) => {
    expect((await api.request('GET', `${MAPS}?${query}`)).body.items).toHaveLength(count);
  });

  test('pods by node and phase', async () => {
    const pods = '/api/v1/namespaces/other/pods';
    const one = pod('one');
    await api.request('POST', pods, { body: { ...one, spec: { ...one.spec, nodeName: 'n1' } } });
    await api.request('POST', pods, { body: pod('two') });
    expect(names((await api.request('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1')).body)).toEqual(['one']);
    expect(names((await api.request('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3D')).body)).toEqual(['two']);
    expect((await api.request('GET', '/api/v1/pods?fieldSelector=status.phase!%3DPending')).body.items).toEqual([]);
  });

  test.each([
    ['/api/v1/pods?fieldSelector=spec.foo%3Da', 'field label not supported: spec.foo'],
    [
      `${MAPS}?fieldSelector=data.i%3D1`,
      '"data.i" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [`${MAPS}?labelSelector=a%3Db%3Dc`, "found '=', expected: ',' or 'end of string'"],
  ])('%s is 400', async (path, message) => {
    const { status, body } = await api.request('GET', path);
    expect(status).toBe(400);
    expect(body.message).toContain(message);
  });
});

describe('pages', () => {
  test("all show the first page's revision, whatever happens meanwhile", async () => {
    const first = await api.request('GET', `${MAPS}?limit=4`);
    expect(first.body.metadata).toMatchObject({ continue: expect.any(String), remainingItemCount: 6 });
    await api.request('DELETE', `${MAPS}/m5`);
    await api.request('POST', MAPS, { body: configMap('m55') });
    const seen = names(first.body);
    let next = first.body.metadata.continue;
    while (next !== undefined) {
      const { status, body } = await api.request('GET', `${MAPS}?limit=4&continue=${next}`);
      expect(status).toBe(200);
      expect(body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
      seen.push(...names(body));
      next = body.metadata.continue;
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `m${i}`));
    await api.request('DELETE', `${MAPS}/m55`);
    await api.request('POST', MAPS, { body: configMap('m5', {}, { parity: 'odd' }) });
  });

  test('remaining items are not counted under a selector', async () => {
    const { body } = await api.request('GET', `${MAPS}?limit=2&labelSelector=parity`);
    expect(body.metadata.continue).toBeTypeOf('string');
    expect(body.metadata.remainingItemCount).toBeUndefined();
  });

  test('a token of a compacted revision is 410 with one to go on with', async () => {
    await api.db.query('test.compact', (sql) => sql`update tenants set compacted = revision`);
    const token = encodeContinue({ revision: 1, after: { namespace: 'list', name: 'm3' } });
    const { status, body } = await api.request('GET', `${MAPS}?limit=4&continue=${token}`);
    expect(status).toBe(410);
    expect(body).toMatchObject({
      reason: 'Expired',
      message: expect.stringContaining('The provided continue parameter is too old'),
    });
    const rest = await api.request('GET', `${MAPS}?continue=${body.metadata.continue}`);
    expect(names(rest.body)).toEqual(['m4', 'm5', 'm6', 'm7', 'm8', 'm9']);
  });

  test('a made-up token is 400', async () => {
    const { status, body } = await api.request('GET', `${MAPS}?continue=abc`);
    expect(status).toBe(400);
    expect(body.message).toContain('continue key is not valid');
  });
});

describe('resourceVersion', () => {
  test('Exact is that state, NotOlderThan is the newest', async () => {
    const { body } = await api.request('GET', MAPS);
    const revision = body.metadata.resourceVersion;
    await api.request('POST', MAPS, { body: configMap('newer') });
    const exact = await api.request('GET', `${MAPS}?resourceVersion=${revision}&resourceVersionMatch=Exact`);
    expect(names(exact.body)).toEqual(names(body));
    expect(exact.body.metadata.resourceVersion).toBe(revision);
    const newest = await api.request('GET', `${MAPS}?resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`);
    expect(names(newest.body)).toContain('newer');
    expect(names((await api.request('GET', `${MAPS}?resourceVersion=0`)).body)).toContain('newer');
  });

  test('the future is 504, the compacted past is 410, nonsense is 400', async () => {
    const ahead = await api.request('GET', `${MAPS}?resourceVersion=99999999`);
    expect(ahead.status).toBe(504);
    expect(ahead.headers.get('retry-after')).toBe('1');
    const gone = await api.request('GET', `${MAPS}?resourceVersion=1&resourceVersionMatch=Exact`);
    expect(gone.status).toBe(410);
    expect(gone.body.message).toBe('The resourceVersion for the provided list is too old.');
    expect((await api.request('GET', `${MAPS}?resourceVersion=new`)).status).toBe(400);
  });
});

describe('tables', () => {
  const accept =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

  test('have columns, cells and the metadata of each row', async () => {
    const { body } = await api.request('GET', MAPS, { headers: { accept } });
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Data', 'Age']);
    expect(body.rows[0].cells.slice(0, 2)).toEqual(['m0', 1]);
    expect(body.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'm0' } });
  });

  test('of one object, with the object or with nothing', async () => {
    const whole = await api.request('GET', `${MAPS}/m0?includeObject=Object`, { headers: { accept } });
    expect(whole.body.rows[0].object).toMatchObject({ kind: 'ConfigMap', data: { i: '0' } });
    const none = await api.request('GET', `${MAPS}/m0?includeObject=None`, { headers: { accept } });
    expect(none.body.rows[0].object).toBeUndefined();
    expect((await api.request('GET', `${MAPS}/m0?includeObject=x`, { headers: { accept } })).status).toBe(400);
  });

  test('PartialObjectMetadataList is metadata alone', async () => {
    const { body } = await api.request('GET', MAPS, {
      headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' },
    });
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
    expect(body.items[0].data).toBeUndefined();
    expect(body.items[0].metadata.labels.parity).toBe('even');
  });
});
