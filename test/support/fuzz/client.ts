/** Sends what requests.ts made, over HTTP/1.1 or HTTP/2, to one host. */
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import https from 'node:https';
import type { Readable } from 'node:stream';
import type { FuzzRequest } from './requests.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The client took no more: the answer is not whole. */
  cut: boolean;
}

/** What is sent in the end: placeholders filled in, credentials added. */
export interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

export interface FuzzClient {
  /** Rejects when there is no answer within ANSWER_MS. */
  send(sent: Sent, how: Pick<FuzzRequest, 'http2' | 'watch'>): Promise<Answer>;
  close(): void;
}

const ANSWER_MS = 30_000;
/** How long something that does not end is listened to. */
const WATCH_MS = 250;
const MOST_BYTES = 8 * 1024 * 1024;

/** `ca` is PEM. */
export function createFuzzClient(url: string, ca: string): FuzzClient {
  const { hostname: host, port } = new URL(url);
  const agent = new https.Agent({ keepAlive: true, ca, maxSockets: 16 });
  let session: ClientHttp2Session | undefined;

  function overOne(sent: Sent, watch: boolean): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = sent.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent.body)) };
      const request = https.request({
        host,
        port,
        agent,
        method: sent.method,
        path: sent.path,
        headers: { ...sent.headers, ...length },
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(Object.assign(error, { reused: request.reusedSocket }));
      });
      request.on('response', (response) => {
        const headers = response.headers as Record<string, string>;
        take(response, watch, () => request.destroy()).then(({ text, cut }) => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers, text, cut });
        }, reject);
      });
      request.end(sent.body);
    });
  }

  function overTwo(sent: Sent, watch: boolean): Promise<Answer> {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(url, { ca, maxSessionMemory: 1000 });
      session.on('error', () => {}); // Each stream reports it.
    }
    const on = session;
    return new Promise((resolve, reject) => {
      const head = { ...sent.headers, ':method': sent.method, ':path': sent.path };
      // Left to itself Node ends a DELETE with its head.
      const stream = on.request(head, { endStream: sent.body === undefined });
      const timer = setTimeout(() => stream.destroy(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
      stream.on('error', (error) => {
        clearTimeout(timer);
        reject(Object.assign(error, { reused: true }));
      });
      // A body that is refused half-way is answered all the same.
      stream.on('response', (received) => {
        const headers = received as unknown as Record<string, string>;
        take(stream, watch, () => stream.close(constants.NGHTTP2_CANCEL)).then(({ text, cut }) => {
          clearTimeout(timer);
          resolve({ status: Number(received[':status']), headers, text, cut });
        }, reject);
      });
      if (sent.body !== undefined) stream.end(sent.body);
    });
  }

  return {
    async send(sent, { http2, watch }) {
      const once = () => (http2 ? overTwo(sent, watch) : overOne(sent, watch));
      try {
        return await once();
      } catch (error) {
        // A kept connection that ended just then says nothing of the request.
        if ((error as { reused?: boolean }).reused !== true || (error as Error).message.startsWith('no answer'))
          throw error;
        return await once();
      }
    },
    close() {
      agent.destroy();
      session?.destroy();
    },
  };
}

function take(stream: Readable, watch: boolean, stop: () => void): Promise<{ text: string; cut: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let cut = false;
    const finish = () => {
      clearTimeout(timer);
      resolve({ text: Buffer.concat(chunks).toString('utf8'), cut });
    };
    const end = () => {
      cut = true;
      finish();
      stop();
    };
    const timer = watch ? setTimeout(end, WATCH_MS) : undefined;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > MOST_BYTES && !cut) end();
    });
    stream.on('end', finish);
    stream.on('error', (error) => (cut ? undefined : reject(error)));
  });
}
