/** A request made by an agent: the frames of a stream `http` as a Request and a Response. */
import { guarded } from '../meta/guard.ts';
import { StatusError } from '../meta/status-error.ts';
import type { HttpTarget, MessageSocket, TunnelRelay } from './contract.ts';
import { BODY_END, decodeMessage, httpHeadSchema } from './protocol.ts';
import { readBytes } from './read-bytes.ts';

/** Statuses that must not have a body, not even an empty one. */
const NULL_BODY = new Set([204, 205, 304]);

export async function fetchBy(
  connect: TunnelRelay['connect'],
  tenant: string,
  node: string,
  target: HttpTarget,
  request: Request,
  signal: AbortSignal,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { socket } = await connect(
    tenant,
    node,
    {
      kind: 'http',
      target,
      method: request.method,
      path: pathname + search,
      headers: [...request.headers],
      hasBody: request.body !== null,
    },
    signal,
  );
  const response = awaitHead(socket, signal);
  if (request.body !== null) {
    void sendBody(socket, request.body).catch(() => socket.close(1011, 'the request body did not come whole'));
  }
  return response;
}

function awaitHead(socket: MessageSocket, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const abort = guarded('fetch abort', () => {
      socket.close(1001, 'the client left');
      reject(signal.reason);
    });
    signal.addEventListener('abort', abort, { once: true });
    socket.onClose((_code, reason) => {
      signal.removeEventListener('abort', abort);
      reject(StatusError.serviceUnavailable(reason || "the node's agent hung up"));
    });
    socket.onMessage((frame) => {
      const head = decodeMessage(httpHeadSchema, frame);
      if (head === undefined) {
        socket.close(1002, 'not a head');
        return reject(StatusError.internal("the node's agent sent an unknown answer"));
      }
      const body = readBytes(socket, { ended: true });
      if (NULL_BODY.has(head.status)) void body.cancel();
      const init = { status: head.status, headers: headersOf(head.headers) };
      resolve(new Response(NULL_BODY.has(head.status) ? null : body, init));
    });
  });
}

/** Those that no Headers can hold are left out: a pod's server may say anything. */
function headersOf(pairs: readonly [string, string][]): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    try {
      headers.append(name, value);
    } catch {
      // Left out.
    }
  }
  return headers;
}

async function sendBody(socket: MessageSocket, body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  let gone = false;
  socket.onClose(() => {
    gone = true;
    reader.cancel().catch(() => {});
  });
  for (;;) {
    const { done, value } = await reader.read();
    if (gone) return;
    if (done) break;
    await socket.send(value);
  }
  void socket.send(BODY_END);
}
