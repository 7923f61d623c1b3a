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
import { permanentFault, SLOWEST_MS } from '../host/gate.ts';

export interface LinkOptions {
  /** Scheme, host, port and the tenant's prefix if any, as the client's. */
  server: string;
  token: () => string;
  ca: string | undefined;
  nodeName: string;
  version: string;
  /** Throws StatusError to refuse. */
  serve(request: StreamRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  signal: AbortSignal;
}

/** Bytes that may wait in a socket before the source is held back. */
const HIGH_WATER = 1 << 20;
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
    ...(ca === undefined ? {} : { ca }),
  });
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

async function serveStream(options: LinkOptions, stream: string, asked: unknown): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, options.signal]);
  const socket = dial(options, stream);
  socket.on(
    'close',
    guarded('stream close', () => ended.abort()),
  );
  socket.on(
    'error',
    guarded('stream error', () => ended.abort()),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    signal.addEventListener(
      'abort',
      guarded('stream abort', () => reject(new Error('the dial-back was refused'))),
    );
  });
  const head = (value: StreamHead) => socket.send(JSON.stringify(value));
  try {
    const request = streamRequestSchema.safeParse(asked);
    if (!request.success) throw StatusError.notImplemented('the agent does not know this kind of stream');
    const bytes = await options.serve(request.data as StreamRequest, signal);
    head({ status: 'ok' });
    for await (const chunk of bytes) {
      // The state tells before the event does, which a source that is never waited for would keep from coming.
      if (signal.aborted || socket.readyState !== WebSocket.OPEN) return;
      await sendAll(socket, chunk, signal);
    }
  } catch (error) {
    if (signal.aborted) return;
    // Before the head this is the answer; after it the relay can only see the end.
    if (error instanceof StatusError) head(error.status as StreamHead);
    else {
      options.log.warn({ err: String(error) }, 'a stream failed');
      head(StatusError.internal(error instanceof Error ? error.message : String(error)).status as StreamHead);
    }
  } finally {
    socket.close(1000);
  }
}

/** Settles once the socket has room again. */
function sendAll(socket: WebSocket, chunk: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || socket.readyState !== WebSocket.OPEN) return resolve();
    const wait = socket.bufferedAmount > HIGH_WATER;
    socket.send(
      chunk,
      { binary: true },
      guarded('stream sent', () => {
        if (wait) resolve();
      }),
    );
    if (!wait) resolve();
  });
}
