/** WebSockets of clients on Workers. */
import { guarded } from '../meta/guard.ts';
import type { ClientSocket, UpgradeOffer } from '../tunnel/contract.ts';
import { createInbox } from '../tunnel/socket.ts';

/** The Workers runtime's own, which no portable library types. */
interface WorkerSocket extends WebSocket {
  accept(): void;
}
declare const WebSocketPair: new () => { 0: WebSocket; 1: WorkerSocket };

/**
 * Bytes that one socket is sent in all. The runtime does not tell what of them the client has taken, and what it has not
 * lies in the isolate's 128 MB; a watch that comes so far ends, and its client goes on from there with another.
 */
const BUDGET = 32 << 20;
/** Stands for a close that told no code; must not be sent. */
const NO_CODE = 1005;

export interface WorkerOffer extends UpgradeOffer {
  /** Once accepted: what the Worker must return, and when the socket has closed. */
  readonly accepted: { response: Response; closed: Promise<void> } | undefined;
}

/** undefined when the request asks for no WebSocket. */
export function offerOf(request: Request): WorkerOffer | undefined {
  if (request.method !== 'GET' || request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return undefined;
  let accepted: WorkerOffer['accepted'];
  return {
    protocols: (request.headers.get('sec-websocket-protocol') ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
    get accepted() {
      return accepted;
    },
    accept(protocol) {
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      const closed = Promise.withResolvers<void>();
      const init = {
        status: 101,
        webSocket: client,
        headers: new Headers(protocol === undefined ? [] : [['sec-websocket-protocol', protocol]]),
      };
      accepted = { response: new Response(null, init), closed: closed.promise };
      return clientSocket(server, closed.resolve);
    },
  };
}

function clientSocket(socket: WorkerSocket, onClosed: () => void): ClientSocket {
  const decoder = new TextDecoder();
  const inbox = createInbox();
  let left = BUDGET;
  let isClosed = false;

  const closed = guarded('client socket close', (code: number, reason: string) => {
    if (isClosed) return;
    isClosed = true;
    onClosed();
    inbox.closed(code, reason);
  });
  const close = (code = 1000, reason = '') => {
    if (isClosed) return;
    try {
      socket.close(code, reason);
    } catch {
      // Closed by the other side meanwhile.
    }
    // Nothing is sent any more; the other side's answer need not be waited for.
    closed(code, reason);
  };
  // The other side's close wants an answer.
  socket.addEventListener(
    'close',
    guarded('client socket close', ({ code, reason }: CloseEvent) => {
      try {
        // As RFC 6455 has it, with the code that came; a close without one is answered without.
        if (code === NO_CODE) socket.close();
        else socket.close(code, reason);
      } catch {
        // The runtime has answered it.
      }
      closed(code, reason);
    }),
  );
  socket.addEventListener(
    'error',
    guarded('client socket error', () => closed(1006, '')),
  );
  socket.addEventListener(
    'message',
    guarded('client message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      inbox.push(typeof data === 'string' ? data : new Uint8Array(data));
    }),
  );

  return {
    send(data, text = typeof data === 'string') {
      if (isClosed) return undefined;
      left -= data.length;
      if (left < 0) close(1000, 'go on with another');
      else
        socket.send(
          text && typeof data !== 'string' ? decoder.decode(data) : (data as string | Uint8Array<ArrayBuffer>),
        );
      return undefined;
    },
    close,
    onMessage: inbox.onMessage,
    onClose: inbox.onClose,
  };
}
