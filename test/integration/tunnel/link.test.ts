import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { serveBytes } from '../../../agent/streams/bytes.ts';
import { runLink } from '../../../agent/tunnel/link.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import type { LogRequest, StreamRequest } from '../../../src/tunnel/contract.ts';
import { parseTunnelPath } from '../../../src/tunnel/protocol.ts';
import { createRelay, type NodeRelay } from '../../../src/tunnel/relay.ts';
import { fromWs } from '../../../src/tunnel/socket.ts';

const REQUEST: LogRequest = {
  kind: 'logs',
  namespace: 'default',
  pod: 'web',
  uid: 'u1',
  container: 'c',
  follow: true,
  previous: false,
  timestamps: false,
};

type Serve = (request: StreamRequest, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).reverse()) await each();
});

/** A server that hands upgrades with the right token to the relay, as a host does. */
async function listen(relay: NodeRelay, port = 0): Promise<{ port: number; server: Server; cut(): void }> {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const target = parseTunnelPath(request.url ?? '');
    if (target === undefined || request.headers.authorization !== 'Bearer t') return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (connection) => {
      if (target.stream === undefined) relay.attachControl('root', target.node, fromWs(connection));
      else relay.attachStream('root', target.node, target.stream, fromWs(connection));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () => {
    for (const each of sockets.clients) each.terminate();
  };
  return { port: (server.address() as AddressInfo).port, server, cut };
}

async function setUp(serve: Serve) {
  const relay = createRelay({ openTimeout: 5000 });
  const { port, server, cut } = await listen(relay);
  const stopping = new AbortController();
  const link = runLink({
    server: `http://127.0.0.1:${port}`,
    token: () => 't',
    ca: undefined,
    nodeName: 'n1',
    version: 'test',
    serve: (request, stream) => serveBytes((signal) => serve(request, signal), stream),
    log: { info() {}, warn() {} },
    signal: stopping.signal,
  });
  cleanups.push(async () => {
    stopping.abort();
    await link;
    relay.close();
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const connected = () => expect.poll(() => relay.isConnected('root', 'n1'), { timeout: 10_000 }).toBe(true);
  await connected();
  const open = (signal = new AbortController().signal) => relay.open('root', 'n1', REQUEST, signal);
  return { open, cut, connected };
}

async function* bytes(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(size).fill(index % 256);
}

describe('a stream through a real link', () => {
  it('brings every byte in order', async () => {
    const { open } = await setUp(async () => bytes(256, 64 << 10));
    let received = 0;
    let inOrder = true;
    for await (const chunk of await open()) {
      for (let at = 0; at < chunk.length; at += 4096)
        inOrder &&= chunk[at] === Math.floor((received + at) / (64 << 10)) % 256;
      received += chunk.length;
    }
    expect(received).toBe(256 * (64 << 10));
    expect(inOrder).toBe(true);
  });

  it('ends at the agent when its reader leaves', async () => {
    const ended = Promise.withResolvers<void>();
    const { open } = await setUp(async (_request, signal) => {
      signal.addEventListener('abort', () => ended.resolve());
      return (async function* () {
        yield new TextEncoder().encode('one');
        await ended.promise;
      })();
    });
    const reader = (await open()).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('one');
    await reader.cancel();
    await ended.promise;
  });

  it('that the agent refuses carries its Status', async () => {
    const { open } = await setUp(() => Promise.reject(StatusError.badRequest('no such container')));
    await expect(open()).rejects.toMatchObject({ code: 400, message: 'no such container' });
  });
});

it('opens the link again by itself after it was cut', async () => {
  const { open, cut, connected } = await setUp(async () => bytes(1, 3));
  cut();
  await expect
    .poll(() =>
      open().then(
        (stream) => stream.cancel(),
        (error) => error.code,
      ),
    )
    .toBe(503);
  await connected();
  await (await open()).cancel();
});
