/**
 * The client's transport over node:https: pins the cluster's CA, keeps connections alive through NATs, and saves the 15 MB
 * that the global fetch's own HTTP stack would take.
 */

import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import type { Transport, TransportResponse } from '../../src/client/transport.ts';
import { guarded } from '../../src/meta/guard.ts';

export interface TransportOptions {
  /** PEM; the machine's own roots when absent. */
  ca?: string;
}

export function createTransport({ ca }: TransportOptions): Transport {
  const keepAlive = { keepAlive: true, keepAliveMsecs: 15_000, timeout: 0, maxFreeSockets: 4 };
  const secure = new https.Agent({ ...keepAlive, ...(ca === undefined ? {} : { ca }) });
  const plain = new http.Agent(keepAlive);

  return (url, { method, headers, body, signal }) =>
    new Promise<TransportResponse>((resolve, reject) => {
      const target = new URL(url);
      const module = target.protocol === 'http:' ? http : https;
      const request = module.request(target, {
        method,
        agent: target.protocol === 'http:' ? plain : secure,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        ...(signal === undefined ? {} : { signal }),
      });
      // Destroyed by a signal, Node says AbortError; the reason says whether it was the time limit.
      request.on(
        'error',
        guarded('request error', (error: Error) => reject(signal?.aborted ? signal.reason : error)),
      );
      request.on(
        'response',
        guarded('response', (response: http.IncomingMessage) => resolve(responseOf(response))),
      );
      request.end(body);
    });
}

function responseOf(message: http.IncomingMessage): TransportResponse {
  return {
    status: message.statusCode ?? 0,
    headers: { get: (name) => first(message.headers[name.toLowerCase()]) },
    get body() {
      return Readable.toWeb(message) as ReadableStream<Uint8Array>;
    },
    async text() {
      let text = '';
      for await (const chunk of message.setEncoding('utf8')) text += chunk;
      return text;
    },
  };
}

function first(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
