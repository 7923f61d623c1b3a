/** A transport over one HTTP/2 connection, as client-go keeps it. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { Readable } from 'node:stream';
import type { Transport, TransportResponse } from '../../src/client/transport.ts';

export interface Http2Transport {
  send: Transport;
  close(): Promise<void>;
}

/** `ca` is PEM. */
export function createHttp2Transport(server: string, ca: string): Http2Transport {
  // Node's client counts what it had still to send of a refused upload for ever.
  const session: ClientHttp2Session = connect(server, { ca, maxSessionMemory: 1000 });
  session.on('error', () => {}); // Each stream reports it.
  return {
    send: (url, { method, headers, body, signal }) =>
      new Promise<TransportResponse>((resolve, reject) => {
        const { pathname, search } = new URL(url);
        const stream = session.request({ ...headers, ':method': method, ':path': pathname + search });
        signal?.addEventListener('abort', () => stream.close(constants.NGHTTP2_CANCEL));
        stream.on('error', reject);
        stream.on('response', (received) => resolve(responseOf(stream, received)));
        stream.end(body);
      }),
    close: () => new Promise((resolve) => session.close(resolve)),
  };
}

function responseOf(stream: ClientHttp2Stream, headers: Record<string, unknown>): TransportResponse {
  return {
    status: Number(headers[':status']),
    headers: { get: (name) => (headers[name.toLowerCase()] as string | undefined) ?? null },
    get body() {
      return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    },
    async text() {
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += chunk;
      return text;
    },
  };
}
