/** What only the Node host has: connections that many requests share. */
import { connect } from 'node:http2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configMap } from '../contract/api-objects.ts';
import { createSession, type Session } from '../contract/api-session.ts';
import { createHttp2Transport, type Http2Transport } from '../support/http2.ts';
import { type RunningNodeHost, startTestNodeHost } from '../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { KEYS } from './encryption.ts';

let fresh: FreshDatabase;
let host: RunningNodeHost;
let http2: Http2Transport;
let api: Session;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  http2 = createHttp2Transport(host.url, host.ca);
  api = createSession(http2.send, host.url, host.token);
});
afterAll(async () => {
  await http2?.close();
  await host?.stop();
  await fresh?.close();
});

const MAPS = '/api/v1/namespaces/default/configmaps';
const NAMESPACE = '/api/v1/namespaces/default';

it('answers on an HTTP/2 session whose queue is full of large lists', async () => {
  for (let i = 0; i < 14; i++) await api.expectOk('POST', MAPS, configMap(`m${i}`, { k: 'x'.repeat(1 << 20) }));
  let waiting = 4;
  const lists = Promise.all(
    Array.from({ length: waiting }, async () => {
      const reply = await api.request('GET', MAPS);
      waiting--;
      return [reply.status, reply.text.length > 14 << 20];
    }),
  );
  const statuses: number[] = [];
  while (waiting > 0) statuses.push((await api.request('GET', NAMESPACE)).status);
  expect(await lists).toEqual(Array(4).fill([200, true]));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

it('goes on with an HTTP/2 session after many refused uploads', async () => {
  const body = JSON.stringify(configMap('big', { k: 'x'.repeat(4 << 20) }));
  for (let i = 0; i < 10; i++) {
    expect((await api.request('POST', MAPS, { body })).status).toBe(413);
    expect((await api.request('POST', MAPS, { body, token: 'wrong' })).status).toBe(401);
  }
  expect((await api.request('GET', NAMESPACE)).status).toBe(200);
});

it.each([
  ['a path that is not served', 'POST', '/openapi/v2', {}, 404],
  ['nobody known', 'POST', MAPS, { authorization: 'Bearer wrong' }, 401],
  ['a verb of nobody’s', 'QUERY', '/t/constructor/livez', {}, 404],
])(
  'answers whole over HTTP/2 when it reads no body and the client takes its time: %s',
  async (_, method, path, more, status) => {
    // The window of a client that is far away, or has another answer under way, is empty for a while.
    const session = connect(host.url, { ca: host.ca, settings: { initialWindowSize: 0 } });
    try {
      const headers = { authorization: `Bearer ${host.token}`, 'content-type': 'application/json', ...more };
      const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: false });
      const answer = new Promise<Record<string, unknown>>((resolve, reject) => {
        stream.once('response', resolve);
        stream.once('error', reject);
      });
      stream.end(JSON.stringify(configMap('unread', {})));
      expect((await answer)[':status']).toBe(status);
      await new Promise((resolve) => setTimeout(resolve, 50));
      session.settings({ initialWindowSize: 65_535 });
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += chunk;
      expect(JSON.parse(text)).toMatchObject({ kind: 'Status', code: status });
      expect(stream.rstCode).toBe(0);
    } finally {
      session.destroy();
    }
  },
);
