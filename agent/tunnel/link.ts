/** The agent's end of the tunnel: one control link that is always tried again, one new connection for each stream asked for. */

import { WebSocket } from 'ws';
import { Backoff, pause } from '../../src/client/http.ts';
import { guarded } from '../../src/meta/guard.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { StreamRequest } from '../../src/tunnel/contract.ts';
import {
  type AgentMessage,
  decodeMessage,
  PING_SECONDS,
  relayMessageSchema,
  type StreamHead,
  streamRequestSchema,
  tunnelPath,
} from '../../src/tunnel/protocol.ts';
import { fromWs } from '../../src/tunnel/socket.ts';
import { permanentFault, SLOWEST_MS } from '../host/gate.ts';
import type { Stream } from '../streams/contract.ts';

export interface LinkOptions {
  /** Scheme, host, port and the tenant's prefix if any, as the client's. */
  server: string;
  token: () => string;
  ca: string | undefined;
  nodeName: string;
  version: string;
  /** Settles when the stream has ended. Throws StatusError to refuse. */
  serve(request: StreamRequest, stream: Stream): Promise<void>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  signal: AbortSignal;
}

/** Bytes of a message that the control plane may send. */
const MAX_MESSAGE = 4 << 20;
/** Without a ping for this long the link is dead, whatever TCP believes. */
const SILENCE_MS = PING_SECONDS * 3 * 1000;

/** Runs until the signal aborts. */
export async function runLink(options: LinkOptions): Promise<void> {
  const { signal, log } = options;
  const backoff = new Backoff({ initial: 500, max: 15_000 });
  const patience = new Backoff({ initial: 15_000, max: SLOWEST_MS });
  while (!signal.aborted) {
    const ended = await controlSession(options);
    if (signal.aborted) return;
    if (ended === 'opened') {
      backoff.reset();
      patience.reset();
    } else log.warn({ server: options.server }, 'the tunnel could not be opened, it is tried again');
    // A credential or a certificate that is refused is so again in a second.
    await pause(ended === 'refused' ? patience.next() : backoff.next(), signal);
  }
}

function dial({ server, token, ca, nodeName }: LinkOptions, stream?: string): WebSocket {
  const url = server.replace(/^http/, 'ws').replace(/\/+$/, '') + tunnelPath(nodeName, stream);
  return new WebSocket(url, {
    headers: { authorization: `Bearer ${token()}` },
    handshakeTimeout: 10_000,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    // Masks protect caches from pages; within TLS, from our own program, they cost a pass over each byte and nothing else.
    ...(url.startsWith('wss:') ? { generateMask: noMask } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
}

function noMask(mask: Buffer): void {
  mask.fill(0);
}

/** Settles when the link has ended: after it had been open, or else whether that lasts. */
function controlSession(options: LinkOptions): Promise<'opened' | 'refused' | 'failed'> {
  const { signal, log, nodeName } = options;
  return new Promise((resolve) => {
    const socket = dial(options);
    let opened = false;
    let refused = false;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(
        guarded('link silence', () => socket.terminate()),
        SILENCE_MS,
      );
    };
    const say = (message: AgentMessage) => socket.send(JSON.stringify(message));
    const abort = guarded('link abort', () => socket.terminate());
    signal.addEventListener('abort', abort);
    socket.on(
      'open',
      guarded('link open', () => {
        opened = true;
        heard();
        log.info({ node: nodeName }, 'the tunnel is open');
        say({ type: 'hello', version: options.version });
      }),
    );
    socket.on(
      'message',
      guarded('link message', (data: WebSocket.RawData, isBinary: boolean) => {
        const message = decodeMessage(relayMessageSchema, isBinary ? new Uint8Array() : String(data));
        if (message === undefined) return;
        heard();
        if (message.type === 'ping') say({ type: 'pong' });
        else {
          serveStream(options, message.stream, message.request).catch((error) =>
            log.warn({ err: String(error) }, 'a stream ended early'),
          );
        }
      }),
    );
    socket.on(
      'error',
      guarded('link error', (error: Error) => {
        refused = permanentFault(error) !== undefined || /server response: 40[13]$/.test(error.message);
        log.warn({ err: error.message }, 'the tunnel was interrupted');
      }),
    );
    socket.on(
      'close',
      guarded('link close', () => {
        clearTimeout(silence);
        signal.removeEventListener('abort', abort);
        resolve(opened ? 'opened' : refused ? 'refused' : 'failed');
      }),
    );
  });
}

async function serveStream(options: LinkOptions, id: string, asked: unknown): Promise<void> {
  const ended = new AbortController();
  const connection = dial(options, id);
  const socket = fromWs(connection);
  socket.onClose(() => ended.abort());
  const leave = guarded('stream abort', () => connection.terminate());
  options.signal.addEventListener('abort', leave);
  socket.onClose(() => options.signal.removeEventListener('abort', leave));
  await new Promise<void>((resolve, reject) => {
    connection.once('open', resolve);
    socket.onClose(() => reject(new Error('the dial-back was refused')));
  });
  let accepted = false;
  const head = (value: StreamHead) => {
    accepted = true;
    void socket.send(JSON.stringify(value));
  };
  const stream: Stream = {
    signal: ended.signal,
    accept(protocol) {
      head({ status: 'ok', ...(protocol === undefined ? {} : { protocol }) });
      return socket;
    },
  };
  try {
    const request = streamRequestSchema.safeParse(asked);
    if (!request.success) throw unknownKind(asked);
    await options.serve(request.data as StreamRequest, stream);
    socket.close(1000);
  } catch (error) {
    if (ended.signal.aborted) return;
    const status = error instanceof StatusError ? error : StatusError.internal(messageOf(error));
    if (!(error instanceof StatusError)) options.log.warn({ err: String(error) }, 'a stream failed');
    // Before the head this is the answer; after it, all that can be told is how it ended.
    if (accepted) socket.close(1011, status.message);
    else {
      head(status.status as StreamHead);
      socket.close(1000);
    }
  }
}

function unknownKind(asked: unknown): StatusError {
  const { kind } = (asked ?? {}) as { kind?: unknown };
  const known = streamRequestSchema.options.some(({ shape }) => shape.kind.value === kind);
  return known
    ? StatusError.badRequest('the agent does not understand what it was asked for: it may be of another version')
    : StatusError.notImplemented(`the agent does not know streams of the kind ${JSON.stringify(kind)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
