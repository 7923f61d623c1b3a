/** Answers a request with a stream: as a body, or as messages where the client asked for a WebSocket. */
import { guarded } from '../../meta/guard.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { ClientSocket, UpgradeOffer } from '../../tunnel/contract.ts';

/** Milliseconds that a client may take nothing, as for the readers of watches. */
const STALL_MS = 60_000;

/** How a chunk of the stream becomes messages: text as a string or with `text`, others binary. */
export type ToMessages = (chunk: Uint8Array) => Iterable<{ data: string | Uint8Array; text?: boolean }>;

/**
 * Accepts and lets the stream flow over the socket: no more of it is read than the client takes. The socket's end cancels
 * the stream, the stream's end closes the socket. Throws when the client has gone, and then cancels the stream, too.
 */
export function streamOverSocket(
  offer: UpgradeOffer,
  protocol: string | undefined,
  stream: ReadableStream<Uint8Array>,
  toMessages: ToMessages,
): Response {
  let socket: ClientSocket;
  try {
    socket = offer.accept(protocol);
  } catch (error) {
    stream.cancel().catch(() => {});
    throw error;
  }
  const reader = stream.getReader();
  socket.onClose(guarded('client left', () => reader.cancel()));
  // It has nothing to say.
  socket.onMessage(() => {});
  void pump(reader, socket, toMessages);
  // Not sent: the connection is a socket now.
  return new Response(null);
}

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  socket: ClientSocket,
  toMessages: ToMessages,
): Promise<void> {
  const send = async (chunk: Uint8Array) => {
    for (const { data, text } of toMessages(chunk)) {
      const room = socket.send(data, text);
      if (room !== undefined) await patiently(room, socket);
    }
  };
  try {
    // As upstream a stream of bytes begins with an empty message, however long the first byte takes.
    await send(new Uint8Array());
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await send(value);
    }
    socket.close(1000);
  } catch (error) {
    socket.close(1011, clipped(error));
  }
}

/** Waits for room; closes the socket of a client that makes none, upon which nothing needs room any more. */
async function patiently(room: Promise<void>, socket: ClientSocket): Promise<void> {
  const timer = setTimeout(
    guarded('client stall', () => socket.close(1008, 'the client reads too slowly')),
    STALL_MS,
  );
  try {
    await room;
  } finally {
    clearTimeout(timer);
  }
}

/** A close's reason is at most 123 bytes; of an error that is not for clients, none. */
function clipped(error: unknown): string {
  if (!(error instanceof StatusError)) return '';
  return error.message.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, 123);
}

const NEWLINE = 10;

/** A message a line. Whole lines, their ends included, are what a chunk of a watch is made of. */
export function* lines(chunk: Uint8Array): Generator<{ data: Uint8Array; text: true }> {
  for (let from = 0; from < chunk.length; ) {
    const end = chunk.indexOf(NEWLINE, from);
    const to = end === -1 ? chunk.length : end + 1;
    yield { data: chunk.subarray(from, to), text: true };
    from = to;
  }
}

export function binary(chunk: Uint8Array): [{ data: Uint8Array }] {
  return [{ data: chunk }];
}

/** Characters of an argument list, in whole groups of three bytes. */
const GROUP = 8190;

export function base64(chunk: Uint8Array): [{ data: string }] {
  let data = '';
  for (let at = 0; at < chunk.length; at += GROUP) {
    data += btoa(String.fromCharCode(...chunk.subarray(at, at + GROUP)));
  }
  return [{ data }];
}
