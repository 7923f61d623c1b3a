/** WebSocket upgrades of agents: the control link, and one dial-back a stream. A node's credential opens its own only. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { TokenAuthenticator } from '../../apiserver/authn/contract.ts';
import { isStatus } from '../../meta/status-error.ts';
import { parseTunnelPath } from '../../tunnel/protocol.ts';
import type { NodeRelay } from '../../tunnel/relay.ts';
import { fromWs } from '../../tunnel/socket.ts';

export interface TunnelUpgradeOptions {
  authenticator: TokenAuthenticator;
  relay: NodeRelay;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const NODE_USER = 'system:node:';

export function createTunnelUpgrade({ authenticator, relay }: TunnelUpgradeOptions): Upgrade {
  const sockets = new WebSocketServer({ noServer: true });

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'https://host');
    const target = parseTunnelPath(pathname);
    if (target === undefined) return refuse(socket, 404, 'Not Found');
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
    socket.on('error', () => socket.destroy());
    accept(request, socket, head).catch((error: unknown) => {
      if (isStatus(error, 'Unauthorized')) refuse(socket, 401, 'Unauthorized');
      else refuse(socket, 503, 'Service Unavailable');
    });
  };
}

function refuse(socket: Duplex, code: number, reason: string): void {
  socket.end(`HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
