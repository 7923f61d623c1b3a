/** What one client does to the Node host, over its real sockets, and what others notice. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import tls from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configMap } from '../contract/api-objects.ts';
import type { Session } from '../contract/api-session.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { KEYS } from './encryption.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MIB = 1024 * 1024;
/** 10 MiB together. */
const COUNT = 1_000;
const BYTES = 10 * 1024;

let fresh: FreshDatabase;
let host: RunningNodeHost;
let api: Session;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  api = host.session();
  for (let at = 0; at < COUNT; at += 20) {
    const names = Array.from({ length: 20 }, (_, index) => `map-${at + index}`);
    await Promise.all(names.map((name) => api.expectOk('POST', MAPS, configMap(name, { k: 'x'.repeat(BYTES) }))));
  }
});
afterAll(async () => {
  await host?.stop();
  await fresh?.close();
});

async function openSession(): Promise<ClientHttp2Session> {
  const session = connect(host.url, { ca: host.ca, maxSessionMemory: 1000 });
  session.on('error', () => {});
  await new Promise((resolve) => session.once('connect', resolve));
  return session;
}

const listOn = (session: ClientHttp2Session): ClientHttp2Stream => {
  const stream = session.request({ ':path': MAPS, authorization: `Bearer ${host.token}` });
  stream.on('error', () => {});
  return stream;
};

it('S8: answers soon after 300 lists were opened and reset on one HTTP/2 session', async () => {
  const session = await openSession();
  for (let round = 0; round < 6; round++) {
    const streams = Array.from({ length: 50 }, () => listOn(session));
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
  }
  const from = performance.now();
  expect((await api.request('GET', `${MAPS}/map-1`)).status).toBe(200);
  const milliseconds = performance.now() - from;
  console.log(`get after 300 lists that were reset: ${milliseconds.toFixed(0)} ms`);
  // All 300 read to their end took 13 s.
  expect(milliseconds).toBeLessThan(3_000);
  await eventually(async () => {
    const { text } = await api.request('GET', '/metrics');
    expect(text).toMatch(/^kedge_list_pages_waiting 0$/m);
    expect(text).toMatch(/^apiserver_current_inflight_requests\{request_kind="readOnly"\} 1$/m);
  });
  session.destroy();
});

it('S9: holds little for 100 connections that ask for a list and read nothing', async () => {
  const { hostname, port } = new URL(host.url);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage();
  const head = `GET ${MAPS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${host.token}\r\n\r\n`;
  const sockets = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = tls.connect({ host: hostname, port: Number(port), ca: host.ca });
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      socket.pause();
      socket.write(head);
      return socket;
    }),
  );
  // Until the kernel's buffers are full, and well before the server cuts them.
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  await eventually(
    () => {
      collect();
      const after = process.memoryUsage();
      const held = (after.heapUsed + after.external - before.heapUsed - before.external) / MIB;
      console.log(
        `100 readers of nothing: rss +${((after.rss - before.rss) / MIB).toFixed(0)} MiB, held +${held.toFixed(0)} MiB`,
      );
      // The lists together have 1,000 MiB.
      expect(sockets.every((socket) => !socket.destroyed && socket.bytesWritten > 0)).toBe(true);
      expect(held).toBeLessThan(200);
    },
    15,
    3_000,
  );
  expect((await api.request('GET', `${MAPS}/map-1`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
