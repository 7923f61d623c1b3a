/**
 * Requests to upgrade a connection. Those of agents (the control link, and one dial-back a stream) are the relay's, and a
 * node's credential opens its own only. All others are the API's, with the offer of a WebSocket where they ask for one;
 * what it does not accept is answered as if nobody had asked, as HTTP has it.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WebSocketServer } from 'ws';
import type { FetchContext } from '../../apiserver/app.ts';
import { bearerToken, mayEnter } from '../../apiserver/authn/bearer.ts';
import type { TokenAuthenticator } from '../../apiserver/authn/contract.ts';
import { nodeOf } from '../../apiserver/request/node-identity.ts';
import { splitTenantPath } from '../../apiserver/request/tenant.ts';
import { guarded } from '../../meta/guard.ts';
import { isStatus } from '../../meta/status-error.ts';
import { parseTunnelPath } from '../../tunnel/protocol.ts';
import type { NodeRelay } from '../../tunnel/relay.ts';
import { fromWs } from '../../tunnel/socket.ts';
import { createClientSockets, type NodeOffer } from './client-sockets.ts';

export interface TunnelUpgradeOptions {
  authenticator: TokenAuthenticator;
  relay: NodeRelay;
  /** The API. */
  fetch(request: Request, context: FetchContext): Response | Promise<Response>;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function createTunnelUpgrade({ authenticator, relay, fetch }: TunnelUpgradeOptions): Upgrade {
  const agents = new WebSocketServer({ noServer: true, clientTracking: false, handleProtocols: () => false });
  const clients = createClientSockets();

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'https://host');
    const { tenant: named, path } = splitTenantPath(pathname);
    const target = parseTunnelPath(path);
    if (target === undefined) return answer(fetch, request, socket, clients.offer(request, socket, head));
    const token = bearerToken(request.headers.authorization ?? null);
    const who = token === undefined ? undefined : await authenticator.authenticate(token);
    if (who === undefined || (named !== undefined && !mayEnter(who, named))) return refuse(socket, 401, 'Unauthorized');
    if (nodeOf(who.user) !== target.node) return refuse(socket, 403, 'Forbidden');
    const tenant = named ?? who.tenant;
    agents.handleUpgrade(request, socket, head, (connection) => {
      const tunnel = fromWs(connection);
      if (target.stream === undefined) relay.attachControl(tenant, target.node, tunnel);
      else relay.attachStream(tenant, target.node, target.stream, tunnel);
    });
  }

  return (request, socket, head) => {
    socket.on(
      'error',
      guarded('upgrade error', () => socket.destroy()),
    );
    accept(request, socket, head).catch((error: unknown) => {
      // Half an answer cannot be taken back, and a client that has gone wants none.
      if (socket.destroyed || socket.writableEnded) socket.destroy();
      else if (isStatus(error, 'Unauthorized')) refuse(socket, 401, 'Unauthorized');
      else refuse(socket, 503, 'Service Unavailable');
    });
  };
}

const CONNECTION_HEADERS = /^(connection|upgrade|http2-settings|sec-websocket-.*)$/;

/** Writes the response to the bare socket, unless the API has accepted; its end is the end of the connection. */
async function answer(
  fetch: TunnelUpgradeOptions['fetch'],
  request: IncomingMessage,
  socket: Duplex,
  offer: NodeOffer | undefined,
): Promise<void> {
  const gone = new AbortController();
  socket.once(
    'close',
    guarded('upgrade close', () => gone.abort()),
  );
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !CONNECTION_HEADERS.test(name)) headers.set(name, String(value));
  }
  const url = new URL(request.url ?? '/', 'https://host');
  const response = await fetch(
    new Request(url, { method: request.method ?? 'GET', headers, signal: gone.signal }),
    offer === undefined ? {} : { upgrade: offer },
  );
  if (offer?.taken === true) return;
  let head = `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}\r\nConnection: close\r\n`;
  for (const [name, value] of response.headers) head += `${name}: ${value}\r\n`;
  socket.write(`${head}\r\n`);
  if (response.body === null) socket.end();
  else await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), socket);
}

function refuse(socket: Duplex, code: number, reason: string): void {
  socket.end(`HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
