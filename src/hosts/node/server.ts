/** The API over TLS on Node: HTTP/2 for those who speak it (client-go does), HTTP/1.1 and WebSocket upgrades for the rest. */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { guarded } from '../../meta/guard.ts';
import { paceHandshakes } from './handshakes.ts';

export interface ServerOptions {
  fetch(request: Request, outgoing: ServerResponse | Http2ServerResponse): Response | Promise<Response>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** PEM; of each kind of key one, the best first. */
  tls: readonly { certificate: string; key: string }[];
  listen: { host: string; port: number };
  /** A fault of the listening socket after it was bound. */
  onError(error: Error): void;
}

export interface Server {
  /** The port that was bound, also when 0 was asked for. */
  port: number;
  /** Ends idle connections, and after a moment those with requests (watches never end by themselves). */
  close(): Promise<void>;
}

/**
 * Strong suites only. For TLS 1.2 those come first that clients without signature algorithms do not offer (busybox's wget,
 * which guides use in pods): they come to the last, whose key exchange signs nothing. OpenSSL looks for a signature all the
 * same, and finds SHA-1 good enough for not using it only at its lowest level; nothing else here depends on the level.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'AES128-GCM-SHA256',
  '@SECLEVEL=0',
].join(':');

const DRAIN_MS = 1_000;
/**
 * What is queued for a client counts, and a session over its limit refuses new requests: at Node's default of 10, those
 * of a client-go, which has one session for all, fail while one list of 6,500 pods is on the way.
 */
const SESSION_MEGABYTES = 256;

/** Rejects when the address cannot be bound, naming it. */
export async function listen(options: ServerOptions): Promise<Server> {
  const server = createSecureServer({
    allowHTTP1: true,
    cert: options.tls.map(({ certificate }) => certificate),
    key: options.tls.map(({ key }) => key),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    maxSessionMemory: SESSION_MEGABYTES,
  });
  const shakeHands = server.listeners('connection');
  server.removeAllListeners('connection');
  const begin = (socket: Socket) => {
    for (const listener of shakeHands) listener.call(server, socket);
  };
  server.on('connection', guarded('connection', paceHandshakes(begin)));
  const answer = answering(options.fetch);
  const sockets = new Set<Socket>();
  server.on(
    'secureConnection',
    guarded('connection', (socket: Socket) => {
      // A watch answers a change with one small frame: Nagle's algorithm would hold it back for the other side's ACK.
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.once(
        'close',
        guarded('connection close', () => sockets.delete(socket)),
      );
      // Node's own listeners come and go with what speaks on it; an error in between must find one.
      socket.on('error', ignore);
    }),
  );
  server.on('upgrade', guarded('upgrade', options.upgrade));
  // A client that resets its connection is no fault of the server's.
  server.on('sessionError', ignore);
  server.on('request', guarded('request', survive));
  server.on('request', guarded('request', answer));

  await new Promise<void>((resolve, reject) => {
    server.once(
      'error',
      guarded('listen', (error: NodeJS.ErrnoException) => {
        const address = `${options.listen.host}:${options.listen.port}`;
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`${address} is in use by another program (choose another with --listen)`)
            : new Error(`cannot listen on ${address}`, { cause: error }),
        );
      }),
    );
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  server.removeAllListeners('error');
  // Out of file descriptors, say: the connections that are there go on.
  server.on('error', guarded('listening socket', options.onError));

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const force = setTimeout(
        guarded('drain', () => {
          for (const socket of sockets) socket.destroy();
        }),
        DRAIN_MS,
      );
      await closed;
      clearTimeout(force);
    },
  };
}

/**
 * The adaptor ends a request whose body nobody read: over HTTP/1.1 it takes what is still coming for a moment, over HTTP/2 it destroys
 * the stream two timers after the answer was handed over, and with it what of the answer the client had no window for yet. Here
 * the timers begin when all of it has gone.
 */
function answering(fetch: ServerOptions['fetch']) {
  const handle = (request: Request, { outgoing }: HttpBindings | Http2Bindings) => fetch(request, outgoing);
  // A Response of the adaptor's writes its text to the socket as it is; undici's is read through a stream: 0.02 of 0.18
  // ms of CPU for a get, and 20 of 120 ms for a list of 14 MB.
  const overOne = getRequestListener(handle, { overrideGlobalObjects: true });
  const overTwo = getRequestListener(handle, { overrideGlobalObjects: true, autoCleanupIncoming: false });
  return (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => {
    if (!('stream' in request)) return overOne(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') endUnread(request);
    return overTwo(request, response);
  };
}

/** The client that has its answer may stop sending (RFC 9113, 8.1), but is to see the answer's end first. */
function endUnread(request: Http2ServerRequest): void {
  const { stream } = request;
  const isLeft = () => !request.readableEnded && !stream.destroyed;
  const end = guarded('unread body', () => {
    if (isLeft()) stream.destroy();
  });
  const wait = guarded('unread body', () => {
    if (isLeft()) setTimeout(end);
  });
  stream.once(
    'finish',
    guarded('unread body', () => {
      if (isLeft()) setTimeout(wait);
    }),
  );
}

/** An answer's write after its client has gone is an 'error' of the answer; unheard, it would end the process. */
function survive(request: EventEmitter, response: EventEmitter): void {
  request.on('error', ignore);
  response.on('error', ignore);
}

function ignore(): void {}
