/**
 * The control plane's end of the agents' links: remembers each node's control socket, asks its agent to dial back, and
 * joins who asked to who dialled, by stream id. One process's view; between replicas a host forwards to the one that holds
 * the link.
 */
import { guarded } from '../meta/guard.ts';
import { type Status, StatusError } from '../meta/status-error.ts';
import type { StreamRequest, TunnelRelay } from './contract.ts';
import {
  agentMessageSchema,
  decodeMessage,
  PING_SECONDS,
  type RelayMessage,
  type StreamHead,
  streamHeadSchema,
} from './protocol.ts';
import type { TunnelSocket } from './socket.ts';

export interface RelayOptions {
  /** Milliseconds an agent has to dial back and answer. */
  openTimeout?: number;
  /** Milliseconds between pings; a link silent for three is closed. */
  pingInterval?: number;
}

export interface NodeRelay extends TunnelRelay {
  /** Takes a node's authenticated control socket; an older one of the same node is closed. */
  attachControl(tenant: string, node: string, socket: TunnelSocket): void;
  /** Takes an authenticated dial-back. One that nobody waits for, or that another node was asked for, is closed. */
  attachStream(tenant: string, node: string, stream: string, socket: TunnelSocket): void;
  isConnected(tenant: string, node: string): boolean;
  /** Closes every link and stream; later opens fail. */
  close(): void;
}

interface Waiting {
  owner: string;
  accept(socket: TunnelSocket): void;
  fail(error: StatusError): void;
}

interface Link {
  socket: TunnelSocket;
  lastHeard: number;
  timer: ReturnType<typeof setInterval>;
}

/** Bytes held for a slow client before the agent's socket is paused, or cut where it cannot be. */
const HIGH_WATER = 1 << 20;
const CUT_AT = 16 << 20;

export function createRelay(options: RelayOptions = {}): NodeRelay {
  const openTimeout = options.openTimeout ?? 10_000;
  const pingInterval = options.pingInterval ?? PING_SECONDS * 1000;
  const links = new Map<string, Link>();
  const waiting = new Map<string, Waiting>();
  const streams = new Set<TunnelSocket>();
  let closed = false;

  function detach(owner: string, link: Link): void {
    clearInterval(link.timer);
    if (links.get(owner) !== link) return;
    links.delete(owner);
    for (const each of [...waiting.values()]) {
      if (each.owner === owner) each.fail(StatusError.serviceUnavailable("the node's agent disconnected"));
    }
  }

  return {
    attachControl(tenant, node, socket) {
      if (closed) return socket.close(1001, 'going away');
      const owner = ownerOf(tenant, node);
      const link: Link = {
        socket,
        lastHeard: Date.now(),
        timer: setInterval(
          guarded('relay ping', () => {
            if (Date.now() - link.lastHeard > pingInterval * 3) {
              detach(owner, link);
              socket.close(1001, 'no answer to pings');
            } else say(socket, { type: 'ping' });
          }),
          pingInterval,
        ),
      };
      const older = links.get(owner);
      links.set(owner, link);
      if (older !== undefined) {
        clearInterval(older.timer);
        older.socket.close(1000, 'replaced by a newer link');
      }
      socket.onMessage((frame) => {
        if (decodeMessage(agentMessageSchema, frame) === undefined) return socket.close(1002, 'unknown message');
        link.lastHeard = Date.now();
      });
      socket.onClose(() => detach(owner, link));
    },

    attachStream(tenant, node, stream, socket) {
      const entry = waiting.get(stream);
      if (entry === undefined || entry.owner !== ownerOf(tenant, node)) return socket.close(1008, 'no such stream');
      waiting.delete(stream);
      streams.add(socket);
      socket.onClose(() => streams.delete(socket));
      entry.accept(socket);
    },

    isConnected: (tenant, node) => links.has(ownerOf(tenant, node)),

    async open(tenant, node, request: StreamRequest, signal) {
      signal.throwIfAborted();
      const owner = ownerOf(tenant, node);
      const link = links.get(owner);
      if (link === undefined) {
        throw StatusError.serviceUnavailable(`the agent of node ${JSON.stringify(node)} is not connected`);
      }
      // 122 random bits: a stream's id is also the right to answer it.
      const stream = crypto.randomUUID();
      const dialled = Promise.withResolvers<TunnelSocket>();
      const entry: Waiting = { owner, accept: dialled.resolve, fail: dialled.reject };
      waiting.set(stream, entry);
      const timer = setTimeout(
        guarded('relay open', () =>
          dialled.reject(StatusError.serviceUnavailable(`the agent of node ${JSON.stringify(node)} does not answer`)),
        ),
        openTimeout,
      );
      const abort = guarded('relay open', () => dialled.reject(signal.reason));
      signal.addEventListener('abort', abort);
      try {
        say(link.socket, { type: 'open', stream, request: { ...request } });
        const socket = await dialled.promise;
        return await readStream(socket, openTimeout, signal);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        waiting.delete(stream);
      }
    },

    close() {
      closed = true;
      for (const entry of [...waiting.values()]) entry.fail(StatusError.serviceUnavailable('the server is stopping'));
      for (const link of links.values()) {
        clearInterval(link.timer);
        link.socket.close(1001, 'going away');
      }
      links.clear();
      for (const socket of [...streams]) socket.close(1001, 'going away');
    },
  };
}

function ownerOf(tenant: string, node: string): string {
  return `${tenant}/${node}`;
}

function say(socket: TunnelSocket, message: RelayMessage): void {
  socket.send(JSON.stringify(message));
}

/** Waits for the agent's head, then hands out its bytes; the client's slowness is passed on by pausing the socket. */
function readStream(socket: TunnelSocket, timeout: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const head = Promise.withResolvers<ReadableStream<Uint8Array>>();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const timer = setTimeout(
    guarded('relay head', () => {
      head.reject(StatusError.serviceUnavailable("the node's agent does not answer"));
      socket.close(1008, 'no head');
    }),
    timeout,
  );
  const abort = guarded('relay head', () => {
    head.reject(signal.reason);
    socket.close(1000, 'the client left');
  });
  signal.addEventListener('abort', abort);

  const body = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
      },
      pull: () => socket.resume?.(),
      cancel() {
        // Frames that are on their way have no reader any more.
        controller = undefined;
        socket.close(1000, 'the client left');
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }),
  );

  let opened = false;
  socket.onMessage((frame) => {
    if (!opened) {
      clearTimeout(timer);
      const decoded = decodeMessage(streamHeadSchema, frame) as StreamHead | undefined;
      if (decoded?.status === 'ok') {
        opened = true;
        return head.resolve(body);
      }
      head.reject(
        decoded === undefined
          ? StatusError.internal("the node's agent sent an unknown answer")
          : StatusError.from(decoded as Status),
      );
      return socket.close(1000);
    }
    if (typeof frame === 'string' || controller === undefined) return;
    controller.enqueue(frame);
    const room = controller.desiredSize ?? 0;
    if (room <= 0) socket.pause?.();
    if (room < HIGH_WATER - CUT_AT) {
      controller.error(StatusError.serviceUnavailable('the client reads too slowly'));
      controller = undefined;
      socket.close(1008, 'the client reads too slowly');
    }
  });
  socket.onClose(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    head.reject(StatusError.serviceUnavailable("the node's agent hung up"));
    controller?.close();
    controller = undefined;
  });
  return head.promise;
}
