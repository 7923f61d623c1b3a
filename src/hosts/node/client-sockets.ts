/** WebSockets of clients on Node: the handshake, back-pressure, and the end of those whose other side is no more. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { guarded } from '../../meta/guard.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { UpgradeOffer } from '../../tunnel/contract.ts';
import { fromWs } from '../../tunnel/socket.ts';

/** Bytes of a message that a client may send. */
const MAX_MESSAGE = 1 << 20;
/** Milliseconds between pings; who answers none of three in a row, and has taken all, is gone. */
const PING_MS = 30_000;
const LIVES = 3;

/** An offer, and whether the connection is the socket's now (or was refused by the handshake): no answer may follow. */
export interface NodeOffer extends UpgradeOffer {
  readonly taken: boolean;
}

export interface ClientSockets {
  /** undefined when the request asks for no WebSocket. */
  offer(request: IncomingMessage, socket: Duplex, head: Buffer): NodeOffer | undefined;
}

export function createClientSockets(): ClientSockets {
  const chosen = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (_offered, request) => chosen.get(request) ?? false,
  });
  const pulses = createPulses();

  return {
    offer(request, socket, head) {
      if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
      let taken = false;
      return {
        protocols: (request.headers['sec-websocket-protocol'] ?? '')
          .split(',')
          .map((each) => each.trim())
          .filter((each) => each !== ''),
        get taken() {
          return taken;
        },
        accept(protocol) {
          if (protocol !== undefined) chosen.set(request, protocol);
          taken = true;
          let connection: WebSocket | undefined;
          server.handleUpgrade(request, socket, head, (opened) => {
            connection = opened;
          });
          // It has answered 400 itself, or there is nobody left to answer.
          if (connection === undefined) throw StatusError.badRequest('not a valid WebSocket handshake');
          pulses.add(connection);
          return fromWs(connection);
        },
      };
    },
  };
}

/** One timer for all sockets, and none without sockets. */
function createPulses(): { add(socket: WebSocket): void } {
  const lives = new Map<WebSocket, number>();
  let timer: NodeJS.Timeout | undefined;

  const beat = guarded('client ping', () => {
    for (const [socket, left] of lives) {
      // What has not taken its data has not seen the ping behind it either; that is for the stream's own patience.
      if (socket.bufferedAmount > 0) continue;
      if (left === 0) socket.terminate();
      else {
        lives.set(socket, left - 1);
        socket.ping();
      }
    }
  });

  return {
    add(socket) {
      lives.set(socket, LIVES);
      timer ??= setInterval(beat, PING_MS).unref();
      const revive = guarded('client pong', () => lives.set(socket, LIVES));
      socket.on('pong', revive);
      socket.on('message', revive);
      socket.once(
        'close',
        guarded('client socket close', () => {
          lives.delete(socket);
          if (lives.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        }),
      );
    },
  };
}
