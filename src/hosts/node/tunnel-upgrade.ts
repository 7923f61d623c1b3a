/**
 * WebSocket upgrades of agents: the control link, and one dial-back a stream. A node's credential opens its own only. What
 * others would upgrade is answered by the API as if they had not asked to, as HTTP has it.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WebSocketServer } from 'ws';
import type { TokenAuthenticator } from '../../apiserver/authn/contract.ts';
import { guarded } from '../../meta/guard.ts';
import { isStatus } from '../../meta/status-error.ts';
import { parseTunnelPath } from '../../tunnel/protocol.ts';
import type { NodeRelay } from '../../tunnel/relay.ts';
import { fromWs } from '../../tunnel/socket.ts';

export interface TunnelUpgradeOptions {
  authenticator: TokenAuthenticator;
  relay: NodeRelay;
  /** The API. */
  fetch(request: Request): Response | Promise<Response>;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const NODE_USER = 'system:node:';

export function createTunnelUpgrade({ authenticator, relay, fetch }: TunnelUpgradeOptions): Upgrade {
  const sockets = new WebSocketServer({ noServer: true });

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'https://host');
    const target = parseTunnelPath(pathname);
    if (target === undefined) return answer(fetch, request, socket);
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const who = token === undefined ? undefined : await authenticator.authenticate(token);
    if (who === undefined) return refuse(socket, 401, 'Unauthorized');
    if (who.user.name !== `${NODE_USER}${target.node}`) return refuse(socket, 403, 'Forbidden');
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const tunnel = fromWs(connection);
      if (target.stream === undefined) relay.attachControl(who.tenant, target.node, tunnel);
      else relay.attachStream(who.tenant, target.node, target.stream, tunnel);
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

/** Writes the response to the bare socket; its end is the end of the connection. */
async function answer(fetch: TunnelUpgradeOptions['fetch'], request: IncomingMessage, socket: Duplex): Promise<void> {
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
  const response = await fetch(new Request(url, { method: request.method ?? 'GET', headers, signal: gone.signal }));
  let head = `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}\r\nConnection: close\r\n`;
  for (const [name, value] of response.headers) head += `${name}: ${value}\r\n`;
  socket.write(`${head}\r\n`);
  if (response.body === null) socket.end();
  else await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), socket);
}

function refuse(socket: Duplex, code: number, reason: string): void {
  socket.end(`HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
