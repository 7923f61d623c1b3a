import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Api, type ApiRequestOptions, startApi } from '../../support/api.ts';
import { configMap, namespace } from './objects.ts';

let api: Api;
const MAPS = '/api/v1/namespaces/watch/configmaps';
const open: AbortController[] = [];

beforeAll(async () => {
  api = await startApi();
  await api.request('POST', '/api/v1/namespaces', { body: namespace('watch') });
});
afterEach(async () => {
  for (const each of open.splice(0)) each.abort();
  await api.request('DELETE', MAPS);
});
afterAll(() => api?.close());

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
type Event = { type: string; object: any };

/** Opens a watch; `next` waits for one event, undefined at the end of the stream. */
async function watch(query: string, options: ApiRequestOptions = {}, path = MAPS) {
  const abort = new AbortController();
  open.push(abort);
  const response = await api.open('GET', `${path}?watch=true&${query}`, { ...options, signal: abort.signal });
  expect(response.status).toBe(200);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  return {
    response,
    abort,
    async next(): Promise<Event | undefined> {
      for (;;) {
        const end = buffer.indexOf('\n');
        if (end !== -1) {
          const line = buffer.slice(0, end);
          buffer = buffer.slice(end + 1);
          return JSON.parse(line);
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        buffer += value;
      }
    },
    async take(count: number): Promise<Event[]> {
      const events: Event[] = [];
      while (events.length < count) {
        const event = await this.next();
        if (event === undefined) break;
        events.push(event);
      }
      return events;
    },
  };
}

const create = (name: string, labels = {}) => api.request('POST', MAPS, { body: configMap(name, {}, labels) });
const merge = (name: string, body: object) =>
  api.request('PATCH', `${MAPS}/${name}`, { body, headers: { 'content-type': 'application/merge-patch+json' } });
const revision = async () => (await api.request('GET', MAPS)).body.metadata.resourceVersion as string;
const brief = (events: Event[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

test("from a list's revision it shows every change after it, and nothing before", async () => {
  await create('before');
  const watcher = await watch(`resourceVersion=${await revision()}`);
  await create('a');
  await merge('a', { data: { k: 'v' } });
  await api.request('DELETE', `${MAPS}/a`);
  const events = await watcher.take(3);
  expect(brief(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  expect(events[1]?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { k: 'v' } });
  const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  expect(new Set(versions).size).toBe(3);
});

test.each(['', 'resourceVersion=0'])('with %j it begins with the current state', async (query) => {
  await create('a');
  await create('b');
  const watcher = await watch(query);
  expect(brief(await watcher.take(2))).toEqual(['ADDED a', 'ADDED b']);
  await create('c');
  expect(brief(await watcher.take(1))).toEqual(['ADDED c']);
});

test('sendInitialEvents ends the state with an annotated bookmark', async () => {
  await create('a');
  const watcher = await watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true');
  const [added, bookmark] = await watcher.take(2);
  expect(added?.object.metadata.name).toBe('a');
  expect(bookmark).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  });
  expect(bookmark?.object.metadata.resourceVersion).toBe(await revision());
});

test('sendInitialEvents=false begins with what comes next', async () => {
  await create('a');
  const watcher = await watch('sendInitialEvents=false&resourceVersionMatch=NotOlderThan');
  await create('b');
  expect(brief(await watcher.take(1))).toEqual(['ADDED b']);
});

test('objects appear and disappear as they begin and cease to match a selector', async () => {
  const watcher = await watch(`resourceVersion=${await revision()}&labelSelector=app%3Dweb`);
  await create('a');
  await create('b', { app: 'web' });
  await merge('a', { metadata: { labels: { app: 'web' } } });
  await merge('a', { data: { k: 'v' } });
  const { body } = await merge('a', { metadata: { labels: { app: null } } });
  await api.request('DELETE', `${MAPS}/a`);
  await api.request('DELETE', `${MAPS}/b`);
  const events = await watcher.take(5);
  expect(brief(events)).toEqual(['ADDED b', 'ADDED a', 'MODIFIED a', 'DELETED a', 'DELETED b']);
  // The state that still matched, at the revision at which it ceased to.
  expect(events[3]?.object.metadata).toMatchObject({
    labels: { app: 'web' },
    resourceVersion: body.metadata.resourceVersion,
  });
});

test('a field selector on the name watches one object', async () => {
  await create('a');
  const watcher = await watch('fieldSelector=metadata.name%3Db');
  await create('b');
  await merge('a', { data: { k: 'v' } });
  await merge('b', { data: { k: 'v' } });
  expect(brief(await watcher.take(2))).toEqual(['ADDED b', 'MODIFIED b']);
});

test('other namespaces and kinds are not shown', async () => {
  const watcher = await watch(`resourceVersion=${await revision()}`);
  const everywhere = await watch(`resourceVersion=${await revision()}`, {}, '/api/v1/configmaps');
  await api.request('POST', '/api/v1/namespaces', { body: namespace('aside') });
  await api.request('POST', '/api/v1/namespaces/aside/configmaps', { body: configMap('x') });
  await api.request('POST', '/api/v1/namespaces/watch/secrets', { body: { metadata: { name: 's' } } });
  await create('a');
  expect(brief(await watcher.take(1))).toEqual(['ADDED a']);
  expect(brief(await everywhere.take(2))).toEqual(['ADDED x', 'ADDED a']);
});

test('it ends by itself after timeoutSeconds, with a bookmark for those who take them', async () => {
  const watcher = await watch(`resourceVersion=${await revision()}&timeoutSeconds=1&allowWatchBookmarks=true`);
  const { body } = await create('a');
  expect(brief(await watcher.take(1))).toEqual(['ADDED a']);
  await api.request('POST', '/api/v1/namespaces/watch/secrets', { body: { metadata: { name: 'progress' } } });
  const bookmark = await watcher.next();
  expect(bookmark?.type).toBe('BOOKMARK');
  expect(Number(bookmark?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
    Number(body.metadata.resourceVersion),
  );
  expect(await watcher.next()).toBeUndefined();
});

test('tables: columns come with the first event only', async () => {
  await create('a');
  const watcher = await watch('', { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
  const first = await watcher.next();
  expect(first).toMatchObject({
    type: 'ADDED',
    object: { kind: 'Table', rows: [{ cells: ['a', 0, expect.any(String)] }] },
  });
  expect(first?.object.columnDefinitions).toHaveLength(3);
  await create('b');
  const second = await watcher.next();
  expect(second?.object.columnDefinitions).toEqual([]);
  expect(second?.object.rows[0].object.metadata.name).toBe('b');
});

test('PartialObjectMetadata', async () => {
  await create('a');
  const watcher = await watch('', {
    headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
  });
  expect((await watcher.next())?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
});

describe('revisions that cannot be watched', () => {
  test('the compacted past is an ERROR event with 410', async () => {
    await api.db.query('test.compact', (sql) => sql`update tenants set compacted = revision`);
    const watcher = await watch('resourceVersion=1');
    expect(await watcher.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await watcher.next()).toBeUndefined();
  });

  test('the future is 504', async () => {
    const { status, body } = await api.request('GET', `${MAPS}?watch=1&resourceVersion=99999999`);
    expect(status).toBe(504);
    expect(body.message).toContain('Too large resource version');
  });
});

test('a client that reads late misses nothing', async () => {
  const watcher = await watch(`resourceVersion=${await revision()}`);
  await Promise.all(Array.from({ length: 300 }, (_, i) => create(`m${i}`)));
  const events = await watcher.take(300);
  expect(new Set(brief(events)).size).toBe(300);
  const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
});

test('many watchers of the same objects see the same', async () => {
  const from = await revision();
  const watchers = await Promise.all(Array.from({ length: 20 }, () => watch(`resourceVersion=${from}`)));
  for (let i = 0; i < 5; i++) await create(`m${i}`);
  for (const watcher of watchers) {
    expect(brief(await watcher.take(5))).toEqual(['ADDED m0', 'ADDED m1', 'ADDED m2', 'ADDED m3', 'ADDED m4']);
  }
});

test('when the client leaves, the stream ends', async () => {
  const watcher = await watch(`resourceVersion=${await revision()}`);
  watcher.abort.abort();
  await expect(watcher.next().catch(() => undefined)).resolves.toBeUndefined();
});
