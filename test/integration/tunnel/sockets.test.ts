/** Clients' WebSockets at the Node host over TLS: logs from an agent's link, and what clients do to connections. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveBytes } from '../../../agent/streams/bytes.ts';
import { runLink } from '../../../agent/tunnel/link.ts';
import { faultCounts } from '../../../src/meta/guard.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import type { StreamRequest } from '../../../src/tunnel/contract.ts';
import type { Session } from '../../contract/api-session.ts';
import { KEYS } from '../../hosts/encryption.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';
import { expectSocket, openSocket } from '../../support/web-socket.ts';

type Serve = (request: StreamRequest, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

const NODE = 'n1';
const PODS = '/api/v1/namespaces/default/pods';
const text = (value: string) => new TextEncoder().encode(value);

let fresh: FreshDatabase;
let host: RunningNodeHost;
let api: Session;
let serve: Serve;
const stopping = new AbortController();
const links: Promise<void>[] = [];
const logged: string[] = [];

async function link(server: string, node: string): Promise<void> {
  const token = await host.tokenOf(`system:node:${node}`, ['system:nodes']);
  const opened = Promise.withResolvers<void>();
  links.push(
    runLink({
      server,
      token: () => token,
      ca: host.ca,
      nodeName: node,
      version: 'test',
      serve: (request, stream) => serveBytes((signal) => serve(request, signal), stream),
      log: {
        info: () => opened.resolve(),
        warn: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
      },
      signal: stopping.signal,
    }),
  );
  await opened.promise;
}

async function runningPod(name: string, node: string): Promise<void> {
  const spec = { nodeName: node, containers: [{ name: 'c', image: 'i' }] };
  await api.expectOk('POST', PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
  const running = { name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, state: { running: {} } };
  const reply = await api.request('PATCH', `${PODS}/${name}/status`, {
    body: { status: { phase: 'Running', containerStatuses: [running] } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(reply.status).toBe(200);
}

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  api = host.session();
  await link(host.url, NODE);
  await runningPod('p', NODE);
});
afterAll(async () => {
  stopping.abort();
  await Promise.all(links);
  await host?.stop();
  await fresh?.close();
});
afterEach(() => {
  logged.length = 0;
});

const options = (protocols: string[] = []) => ({ token: host.token, ca: host.ca, protocols });
const logsOf = (query = '') => `${host.url}${PODS}/p/log${query}`;
const alive = async () => expect((await api.request('GET', '/api/v1/namespaces/default')).status).toBe(200);

describe('logs over WebSocket', () => {
  beforeAll(() => {
    serve = async () =>
      (async function* () {
        yield text('one\n');
        yield text('zwei ä\n');
      })();
  });

  it.each([
    [[], '', true],
    [['binary.k8s.io'], 'binary.k8s.io', true],
    [['base64.binary.k8s.io'], 'base64.binary.k8s.io', false],
    [['v1.unknown', 'base64.binary.k8s.io'], 'base64.binary.k8s.io', false],
  ])('with the subprotocols %j come by %j, after an empty message', async (protocols, chosen, isBinary) => {
    const socket = await expectSocket(logsOf(), options(protocols));
    expect(socket.protocol).toBe(chosen);
    expect(await socket.next()).toEqual({ text: '', isBinary });
    let all = '';
    for (let message = await socket.next(); message !== undefined; message = await socket.next()) {
      expect(message.isBinary).toBe(isBinary);
      all += isBinary ? message.text : Buffer.from(message.text, 'base64').toString();
    }
    expect(all).toBe('one\nzwei ä\n');
    expect(await socket.closed).toBe(1000);
  });

  it('with only subprotocols that logs do not have are refused', async () => {
    const answer = await openSocket(logsOf(), options(['v5.channel.k8s.io']));
    expect(answer).toMatchObject({
      status: 403,
      body: { kind: 'Status', message: expect.stringContaining('v5.channel') },
    });
  });

  it('that the agent refuses are refused over HTTP, in its words', async () => {
    serve = () =>
      Promise.reject(StatusError.badRequest('container "c" in pod "p" is waiting to start: ContainerCreating'));
    const answer = await openSocket(logsOf(), options());
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('is waiting to start') } });
  });

  it('by a handshake that is none are answered 400', async () => {
    const answer = await openSocket(logsOf(), { ...options(), headers: { 'sec-websocket-version': '7' } });
    expect(answer).toMatchObject({ status: 400 });
    await alive();
  });
});

it('S0: followers of a log that reset their connection while it flows do not end the control plane', async () => {
  let flowing = 0;
  serve = async (_request, signal) =>
    (async function* () {
      flowing++;
      try {
        // Frames are under way at every moment.
        while (!signal.aborted) {
          yield new Uint8Array(64 << 10);
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        flowing--;
      }
    })();
  for (let round = 0; round < 20; round++) {
    const sockets = await Promise.all(Array.from({ length: 4 }, () => expectSocket(logsOf('?follow=true'), options())));
    await Promise.all(sockets.map((each) => each.next()));
    for (const { socket } of sockets) socket.terminate();
  }
  await eventually(() => expect(flowing).toBe(0), 20, 50);
  await alive();
  expect([...faultCounts()]).toEqual([]);
});

it('a client that never reads holds its stream back', async () => {
  let produced = 0;
  const ended = Promise.withResolvers<void>();
  serve = async (_request, signal) => {
    signal.addEventListener('abort', () => ended.resolve());
    return (async function* () {
      while (!signal.aborted) {
        yield new Uint8Array(1 << 20);
        produced++;
      }
    })();
  };
  const { socket } = await expectSocket(logsOf('?follow=true'), options());
  socket.pause();
  // What sockets and queues on the way hold, and not more however long one waits.
  let before = -1;
  await eventually(
    () => {
      const settled = produced === before;
      before = produced;
      expect(settled).toBe(true);
    },
    30,
    1500,
  );
  expect(produced).toBeGreaterThan(0);
  expect(produced).toBeLessThan(64);
  socket.terminate();
  await ended.promise;
});

it('1,000 watches that are opened and reset leave nothing behind', async () => {
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 40; round++) {
    const sockets = await Promise.all(
      Array.from({ length: 25 }, () => expectSocket(`${host.url}${PODS}?watch=true`, options())),
    );
    for (const { socket } of sockets) socket.terminate();
  }
  await alive();
  const socket = await expectSocket(`${host.url}${PODS}?watch=true`, options());
  expect(JSON.parse((await socket.next())!.text)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'p' } } });
  socket.socket.close();
  expect(await socket.closed).toBe(1005);
  expect([...faultCounts()]).toEqual([]);
  // 1,000 kept watches would hold far more.
  expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(200);
});

it('1,000 handshakes that are reset before they are answered end nothing', async () => {
  const { WebSocket } = await import('ws');
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_each, index) => {
        const socket = new WebSocket(`${host.url.replace('https', 'wss')}${PODS}?watch=true`, {
          ca: host.ca,
          headers: { authorization: `Bearer ${host.token}` },
        });
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.on('error', () => {});
        setTimeout(() => socket.terminate(), index % 10);
        await closed;
      }),
    );
  }
  await alive();
  expect([...faultCounts()]).toEqual([]);
});

describe('the tunnel', () => {
  it("opens by a server's URL with its tenant's prefix, and carries logs", async () => {
    await link(`${host.url}/t/root`, 'n2');
    await runningPod('q', 'n2');
    serve = async () =>
      (async function* () {
        yield text('from n2\n');
      })();
    const reply = await api.request('GET', `${PODS}/q/log`);
    expect([reply.status, reply.text]).toEqual([200, 'from n2\n']);
  });

  it.each([
    ['without a token', '', undefined, 401],
    ["with another node's token", '', 'system:node:other', 403],
    ["with an administrator's token", '', 'admin', 403],
    ["with a token of the node's name that is not of the nodes' group", '', `system:node:${NODE}`, 403, ['others']],
    ["in a tenant that is not the node's", '/t/acme', `system:node:${NODE}`, 401],
  ])('does not open %s', async (_what, prefix, user, status, groups = ['system:nodes']) => {
    const token = user === undefined ? undefined : await host.tokenOf(user, groups);
    const answer = await openSocket(`${host.url}${prefix}/apis/kedge.dev/v1/nodes/${NODE}/tunnel`, {
      ca: host.ca,
      ...(token === undefined ? {} : { token }),
    });
    expect(answer).toMatchObject({ status });
  });
});
