/** A WebSocket to a pod of this node: its messages are handed on as they are. */
import { WebSocket } from 'ws';
import { guarded } from '../../src/meta/guard.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { WebSocketRequest } from '../../src/tunnel/contract.ts';
import { fromWs } from '../../src/tunnel/socket.ts';
import { splice } from '../../src/tunnel/splice.ts';
import type { ServeStream } from './contract.ts';
import { headersOf, requestOptions } from './http.ts';

/** Bytes of a message: what the control plane takes of clients, and so what goes through. */
const MAX_MESSAGE = 1 << 20;

export const serveWebSocket: ServeStream<WebSocketRequest> = async (context, request, { accept, signal }) => {
  const { target } = request;
  const { host, port, ...options } = await requestOptions(context, target);
  const address = String(host).includes(':') ? `[${host}]` : host;
  const url = `${target.scheme === 'https' ? 'wss' : 'ws'}://${address}:${port}${request.path}`;
  const connection = new WebSocket(url, request.protocols, {
    ...options,
    handshakeTimeout: 30_000,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    headers: headersOf(request.headers.filter(([name]) => !/^sec-websocket-/i.test(name))),
  });
  const leave = guarded('proxy abort', () => connection.terminate());
  signal.addEventListener('abort', leave, { once: true });
  const pod = fromWs(connection);
  await new Promise<void>((resolve, reject) => {
    connection.once('open', resolve);
    connection.once(
      'error',
      guarded('proxy error', (error: Error) =>
        reject(StatusError.serviceUnavailable(`error trying to reach service: ${error.message}`)),
      ),
    );
  });
  await splice(accept(connection.protocol), pod);
};
