/** WebSockets as the relay sees them, and an adapter for those of Node. */
import { guarded } from '../meta/guard.ts';

export interface TunnelSocket {
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Called for each message, in order. Messages that came before the first listener are kept for it. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  /** Called once; at once when the socket is closed already. Errors close. */
  onClose(listener: () => void): void;
  /** Stop and go on reading, where the host's sockets can (Node's); elsewhere a full stream is cut. */
  pause?(): void;
  resume?(): void;
}

/** What TunnelSocket needs of the `ws` package's WebSocket, without naming Node. */
export interface WsSocket {
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  readonly readyState: number;
  on(event: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

const OPEN = 1;
const CLOSED = 3;

/** Milliseconds a peer has to answer a close before its connection is cut. */
const CLOSE_GRACE_MS = 5_000;

/** Adapts a server or client socket of the `ws` package (binaryType nodebuffer, its default). */
export function fromWs(socket: WsSocket): TunnelSocket {
  const inbox = createInbox();
  const decoder = new TextDecoder();
  socket.on(
    'message',
    guarded('tunnel message', (data: Uint8Array, isBinary: boolean) => {
      inbox.push(isBinary ? data : decoder.decode(data));
    }),
  );
  socket.on(
    'error',
    guarded('tunnel error', () => socket.terminate()),
  );
  socket.on('close', guarded('tunnel close', inbox.closed));
  if (socket.readyState === CLOSED) inbox.closed();
  return {
    send(data) {
      if (socket.readyState === OPEN) socket.send(data);
    },
    close(code = 1000, reason = '') {
      socket.resume();
      socket.close(code, reason);
      const timer = setTimeout(
        guarded('tunnel close', () => socket.terminate()),
        CLOSE_GRACE_MS,
      );
      inbox.onClose(() => clearTimeout(timer));
    },
    onMessage: inbox.onMessage,
    onClose: inbox.onClose,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

/** Holds messages until somebody listens, so that none is lost between accepting a socket and attaching it. */
function createInbox() {
  const early: (string | Uint8Array)[] = [];
  const closeListeners: (() => void)[] = [];
  let listener: ((data: string | Uint8Array) => void) | undefined;
  let isClosed = false;
  return {
    push(data: string | Uint8Array): void {
      if (listener === undefined) early.push(data);
      else listener(data);
    },
    closed(): void {
      if (isClosed) return;
      isClosed = true;
      // One that throws keeps the others from nothing.
      for (const each of closeListeners.splice(0)) guarded('tunnel close', each)();
    },
    onMessage(next: (data: string | Uint8Array) => void): void {
      listener = next;
      for (const data of early.splice(0)) next(data);
    },
    onClose(next: () => void): void {
      if (isClosed) next();
      else closeListeners.push(next);
    },
  };
}
