/** A request of a pod of this node, or of the agent itself: the proxies', and whatever the control plane asks of pods. */
import http from 'node:http';
import https from 'node:https';
import { guarded } from '../../src/meta/guard.ts';
import { setOwn } from '../../src/meta/own.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { HttpRequest, HttpTarget, MessageSocket } from '../../src/tunnel/contract.ts';
import { BODY_END, type HttpHead } from '../../src/tunnel/protocol.ts';
import { DialError } from '../host/dial-error.ts';
import type { ServeStream, StreamContext } from './contract.ts';
import { addressOf } from './target.ts';

/** Of a connection and not of a message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const CONNECT_MS = 30_000;

export const serveHttp: ServeStream<HttpRequest> = async (context, request, { accept, signal }) => {
  if (request.target.pod === undefined) {
    const { answerItself } = await import('./itself.ts');
    const { body, ...head } = answerItself(context, request);
    const socket = accept();
    socket.send(JSON.stringify(head));
    await socket.send(Buffer.from(body));
    socket.send(BODY_END);
    return;
  }
  const options = await requestOptions(context, request.target);
  const outgoing = (request.target.scheme === 'https' ? https : http).request({
    ...options,
    method: request.method,
    path: request.path,
    headers: headersOf(request.headers),
    signal,
    agent: false,
  });
  outgoing.setNoDelay(true);
  const socket = accept();
  if (request.hasBody) sendBody(socket, outgoing);
  else outgoing.end();
  await answerWith(socket, outgoing, request.target);
};

export async function requestOptions(
  { runtime }: Pick<StreamContext, 'runtime'>,
  { pod, port, ca, serverName }: HttpTarget,
): Promise<https.RequestOptions> {
  if (pod === undefined) throw StatusError.badRequest('the agent has no such endpoint');
  const { ip } = await addressOf(runtime, pod.uid, pod.name);
  return {
    host: ip,
    port,
    timeout: CONNECT_MS,
    ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

export function headersOf(pairs: readonly [string, string][]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of pairs) if (!HOP_BY_HOP.has(name.toLowerCase())) setOwn(headers, name, value);
  return headers;
}

function sendBody(socket: MessageSocket, outgoing: http.ClientRequest): void {
  socket.onMessage((frame) => {
    if (typeof frame === 'string') {
      if (frame === BODY_END) outgoing.end();
      return;
    }
    if (outgoing.destroyed || outgoing.writableEnded || outgoing.write(frame)) return;
    socket.pause?.();
    const go = guarded('proxy drain', () => {
      outgoing.off('drain', go);
      outgoing.off('close', go);
      socket.resume?.();
    });
    outgoing.on('drain', go);
    outgoing.on('close', go);
  });
}

function answerWith(socket: MessageSocket, outgoing: http.ClientRequest, target: HttpTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    let answered = false;
    outgoing.on(
      'timeout',
      guarded('proxy timeout', () => {
        // Of connecting only: an answer may take as long as it likes.
        if (outgoing.socket?.connecting !== false) outgoing.destroy(new DialError('ETIMEDOUT'));
      }),
    );
    outgoing.on(
      'error',
      guarded('proxy error', (error: NodeJS.ErrnoException) => {
        if (answered) return reject(error);
        const why = error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message;
        const { host } = outgoing;
        // As upstream's proxy says that it could not.
        fail(socket, `error trying to reach service: dial tcp ${host}:${target.port}: ${why}`);
        resolve();
      }),
    );
    outgoing.on(
      'response',
      guarded('proxy response', (response: http.IncomingMessage) => {
        answered = true;
        void socket.send(JSON.stringify(headOf(response)));
        relayBody(socket, response, resolve, reject);
      }),
    );
  });
}

function headOf(response: http.IncomingMessage): HttpHead {
  const headers: [string, string][] = [];
  const { rawHeaders } = response;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push([name, rawHeaders[at + 1]!]);
  }
  return { status: response.statusCode ?? 502, headers };
}

function relayBody(
  socket: MessageSocket,
  response: http.IncomingMessage,
  resolve: () => void,
  reject: (error: Error) => void,
): void {
  response.on(
    'data',
    guarded('proxy data', (chunk: Buffer) => {
      const room = socket.send(chunk);
      if (room === undefined) return;
      response.pause();
      void room.then(() => response.resume());
    }),
  );
  response.on('error', reject);
  response.on(
    'end',
    guarded('proxy end', () => {
      if (response.complete) {
        void socket.send(BODY_END);
        resolve();
      } else reject(new Error('the pod broke off its answer'));
    }),
  );
}

function fail(socket: MessageSocket, message: string): void {
  const { status } = StatusError.serviceUnavailable(message);
  const head: HttpHead = { status: 503, headers: [['content-type', 'application/json']] };
  void socket.send(JSON.stringify(head));
  void socket.send(Buffer.from(JSON.stringify(status)));
  void socket.send(BODY_END);
}
