/**
 * The control plane's end of the agents' links: remembers each node's control socket, asks its agent to dial back, and
 * joins who asked to who dialled, by stream id. One process's view; between replicas a host forwards to the one that holds
 * the link.
 */
import { guarded } from '../meta/guard.ts';
import { type Status, StatusError } from '../meta/status-error.ts';
import type { AgentLinks, AgentStream, MessageSocket, StreamRequest, TunnelRelay } from './contract.ts';
import { fetchBy } from './fetch.ts';
import {
  agentMessageSchema,
  decodeMessage,
  PING_SECONDS,
  type RelayMessage,
  type StreamHead,
  streamHeadSchema,
} from './protocol.ts';
import { readBytes } from './read-bytes.ts';
import { createInbox } from './socket.ts';

export interface RelayOptions {
  /** Milliseconds an agent has to dial back and answer. */
  openTimeout?: number;
  /** Milliseconds between pings; a link silent for three is closed. */
  pingInterval?: number;
  /** Streams of one node at once. */
  nodeStreams?: number;
}

export interface NodeRelay extends TunnelRelay, AgentLinks {
  isConnected(tenant: string, node: string): boolean;
  /** Closes every link and stream; later opens fail. */
  close(): void;
}

interface Waiting {
  owner: string;
  accept(socket: MessageSocket): void;
  fail(error: StatusError): void;
}

interface Link {
  socket: MessageSocket;
  lastHeard: number;
  timer: ReturnType<typeof setInterval>;
}

/** A machine of a small site has one link for all; what it serves beyond this is somebody's loop. */
const NODE_STREAMS = 512;

export function createRelay(options: RelayOptions = {}): NodeRelay {
  const openTimeout = options.openTimeout ?? 10_000;
  const pingInterval = options.pingInterval ?? PING_SECONDS * 1000;
  const nodeStreams = options.nodeStreams ?? NODE_STREAMS;
  /** Streams asked for and open, by owner. */
  const counts = new Map<string, number>();
  const links = new Map<string, Link>();
  const waiting = new Map<string, Waiting>();
  const streams = new Set<MessageSocket>();
  let closed = false;

  function detach(owner: string, link: Link): void {
    clearInterval(link.timer);
    if (links.get(owner) !== link) return;
    links.delete(owner);
    for (const each of [...waiting.values()]) {
      if (each.owner === owner) each.fail(StatusError.serviceUnavailable("the node's agent disconnected"));
    }
  }

  /** Returns what gives the place back. */
  function takePlace(owner: string, node: string): () => void {
    const count = counts.get(owner) ?? 0;
    if (count >= nodeStreams) {
      throw StatusError.tooManyRequests(
        `node ${JSON.stringify(node)} has ${count} streams open, which is the limit`,
        1,
      );
    }
    counts.set(owner, count + 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      const left = (counts.get(owner) ?? 1) - 1;
      if (left === 0) counts.delete(owner);
      else counts.set(owner, left);
    };
  }

  async function connect(
    tenant: string,
    node: string,
    request: StreamRequest,
    signal: AbortSignal,
  ): Promise<AgentStream> {
    signal.throwIfAborted();
    const owner = ownerOf(tenant, node);
    const link = links.get(owner);
    if (link === undefined) throw notConnected(node);
    const leave = takePlace(owner, node);
    // 122 random bits: a stream's id is also the right to answer it.
    const stream = crypto.randomUUID();
    const dialled = Promise.withResolvers<MessageSocket>();
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
      socket.onClose(leave);
      return await awaitHead(socket, openTimeout, signal);
    } catch (error) {
      leave();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      waiting.delete(stream);
    }
  }

  return {
    connect,
    fetch: (tenant, node, target, request, signal) => fetchBy(connect, tenant, node, target, request, signal),
    async open(tenant, node, request, signal) {
      const { socket } = await connect(tenant, node, request, signal);
      const leave = guarded('client left', () => socket.close(1000, 'the client left'));
      signal.addEventListener('abort', leave, { once: true });
      socket.onClose(() => signal.removeEventListener('abort', leave));
      return readBytes(socket);
    },

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

function say(socket: MessageSocket, message: RelayMessage): void {
  void socket.send(JSON.stringify(message));
}

function notConnected(node: string): StatusError {
  const title = JSON.stringify(node);
  return StatusError.serviceUnavailable(
    `the agent of node ${title} is not connected: look at its machine, and at the agent's log there`,
  );
}

/** Waits for the agent's head; what comes after it is kept for who listens next. */
function awaitHead(socket: MessageSocket, timeout: number, signal: AbortSignal): Promise<AgentStream> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      guarded('relay head', () => {
        reject(StatusError.serviceUnavailable("the node's agent does not answer"));
        socket.close(1008, 'no head');
      }),
      timeout,
    );
    const abort = guarded('relay head', () => {
      reject(signal.reason);
      socket.close(1000, 'the client left');
    });
    const settled = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort);
    socket.onClose(() => {
      settled();
      reject(StatusError.serviceUnavailable("the node's agent hung up"));
    });
    const inbox = createInbox();
    let opened = false;
    socket.onMessage((frame) => {
      if (opened) return inbox.push(frame);
      settled();
      const decoded = decodeMessage(streamHeadSchema, frame) as StreamHead | undefined;
      if (decoded?.status === 'ok') {
        opened = true;
        // What follows belongs to a listener that is there a moment later.
        socket.pause?.();
        const onMessage: MessageSocket['onMessage'] = (listener) => {
          inbox.onMessage(listener);
          socket.resume?.();
        };
        const { protocol } = decoded;
        return resolve({ socket: { ...socket, onMessage }, ...(protocol === undefined ? {} : { protocol }) });
      }
      reject(
        decoded === undefined
          ? StatusError.internal("the node's agent sent an unknown answer")
          : StatusError.from(decoded as Status),
      );
      socket.close(1000);
    });
  });
}
