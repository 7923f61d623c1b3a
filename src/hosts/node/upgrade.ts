/**
 * Requests to upgrade a connection. They are the API's, those of agents with their links too, with the offer of what they
 * ask for; what it does not accept is answered as if nobody had asked, as HTTP has it.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FetchContext } from '../../apiserver/app.ts';
import { guarded } from '../../meta/guard.ts';
import { createClientSockets, type NodeOffer } from './client-sockets.ts';
import { offerSpdy } from './spdy-offer.ts';

/** The API. */
export type Fetch = (request: Request, context: FetchContext) => Response | Promise<Response>;
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export function createUpgrade(fetch: Fetch): Upgrade {
  const clients = createClientSockets();

  return (request, socket, head) => {
    socket.on(
      'error',
      guarded('upgrade error', () => socket.destroy()),
    );
    const upgrade = clients.offer(request, socket, head);
    const spdy = offerSpdy(request, socket, head);
    const context = { ...(upgrade === undefined ? {} : { upgrade }), ...(spdy === undefined ? {} : { spdy }) };
    answer(fetch, request, socket, context).catch(() => {
      // Half an answer cannot be taken back, and a client that has gone wants none.
      if (upgrade?.taken === true || spdy?.taken === true || socket.destroyed || socket.writableEnded) socket.destroy();
      else refuse(socket, 503, 'Service Unavailable');
    });
  };
}

const CONNECTION_HEADERS = /^(connection|upgrade|http2-settings|sec-websocket-.*)$/;

/** Writes the response to the bare socket, unless the API has accepted; its end is the end of the connection. */
async function answer(
  fetch: Fetch,
  request: IncomingMessage,
  socket: Duplex,
  context: { upgrade?: NodeOffer; spdy?: NodeOffer },
): Promise<void> {
  const gone = new AbortController();
  socket.once(
    'close',
    guarded('upgrade close', () => gone.abort()),
  );
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !CONNECTION_HEADERS.test(name)) headers.set(name, String(value));
  }
  const url = new URL(request.url ?? '/', 'https://host');
  const response = await fetch(
    new Request(url, { method: request.method ?? 'GET', headers, signal: gone.signal }),
    context,
  );
  if (context.upgrade?.taken === true || context.spdy?.taken === true) return;
  let head = `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}\r\nConnection: close\r\n`;
  for (const [name, value] of response.headers) head += `${name}: ${value}\r\n`;
  socket.write(`${head}\r\n`);
  if (response.body === null) socket.end();
  else await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), socket);
}

function refuse(socket: Duplex, code: number, reason: string): void {
  socket.end(`HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
