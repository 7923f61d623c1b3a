/** Sockets of the `ws` package, of either side, as MessageSockets; and what their adapters share. */
import { guarded } from '../meta/guard.ts';
import type { MessageSocket } from './contract.ts';

/** What is needed of the `ws` package's WebSocket, without naming Node. */
export interface WsSocket {
  send(data: string | Uint8Array, options: { binary: boolean }, sent?: () => void): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  readonly readyState: number;
  readonly bufferedAmount: number;
  on(event: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Uint8Array) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
}

const OPEN = 1;
const CLOSED = 3;

/** Bytes that may wait in a socket before its source is held back. */
const HIGH_WATER = 256 << 10;
/** Milliseconds a peer has to answer a close, or to take some of what is before it, until its connection is cut. */
const CLOSE_GRACE_MS = 5_000;
/** As often may it have taken nothing while it has something to take. */
const STALLS = 12;

/** Adapts a server or client socket of the `ws` package (binaryType nodebuffer, its default). */
export function fromWs(socket: WsSocket): MessageSocket {
  const inbox = createInbox();
  const decoder = new TextDecoder();
  let closing = false;
  socket.on(
    'message',
    guarded('socket message', (data: Uint8Array, isBinary: boolean) => {
      inbox.push(isBinary ? data : decoder.decode(data));
    }),
  );
  socket.on(
    'error',
    guarded('socket error', () => socket.terminate()),
  );
  socket.on(
    'close',
    guarded('socket close', (code: number, reason: Uint8Array) => inbox.closed(code, decoder.decode(reason))),
  );
  if (socket.readyState === CLOSED) inbox.closed(1006, '');
  return {
    send(data, text = typeof data === 'string') {
      // Its end is known before it is told: a source that is never held back would keep the event from coming.
      if (socket.readyState !== OPEN) return new Promise((resolve) => inbox.onClose(() => resolve()));
      if (socket.bufferedAmount <= HIGH_WATER) {
        socket.send(data, { binary: !text });
        return undefined;
      }
      return new Promise((resolve) => {
        socket.send(
          data,
          { binary: !text },
          guarded('socket sent', () => resolve()),
        );
      });
    },
    close(code = 1000, reason = '') {
      if (closing) return;
      closing = true;
      socket.resume();
      socket.close(code, clipReason(reason));
      let before = socket.bufferedAmount;
      let stalls = 0;
      const timer = setInterval(
        guarded('socket close', () => {
          const now = socket.bufferedAmount;
          stalls = now < before ? 0 : stalls + 1;
          before = now;
          if (now === 0 || stalls > STALLS) socket.terminate();
        }),
        CLOSE_GRACE_MS,
      );
      inbox.onClose(() => clearInterval(timer));
    },
    onMessage: inbox.onMessage,
    onClose: inbox.onClose,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

/** A close's reason is at most 123 bytes. */
export function clipReason(reason: string): string {
  return reason.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, 123);
}

/** Holds messages until somebody listens, so that none is lost between accepting a socket and attaching it. */
export function createInbox() {
  const early: (string | Uint8Array)[] = [];
  const closeListeners: ((code: number, reason: string) => void)[] = [];
  let listener: ((data: string | Uint8Array) => void) | undefined;
  let ended: { code: number; reason: string } | undefined;
  return {
    push(data: string | Uint8Array): void {
      if (listener === undefined) early.push(data);
      else listener(data);
    },
    closed(code: number, reason: string): void {
      if (ended !== undefined) return;
      ended = { code, reason };
      // One that throws keeps the others from nothing.
      for (const each of closeListeners.splice(0)) guarded('socket close', each)(code, reason);
    },
    onMessage(next: (data: string | Uint8Array) => void): void {
      listener = next;
      // One of them may be what makes another listener take over.
      for (let data = early.shift(); data !== undefined; data = early.shift()) listener(data);
    },
    onClose(next: (code: number, reason: string) => void): void {
      if (ended !== undefined) next(ended.code, ended.reason);
      else closeListeners.push(next);
    },
  };
}
