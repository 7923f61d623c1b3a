/**
 * The server's end of a SPDY/3.1 connection over a socket of messages. As upstream's library on both sides it has no windows
 * of flow control: what a stream's reader does not take holds back the connection.
 */
import type { MessageSocket } from '../../src/tunnel/contract.ts';
import {
  CANCEL,
  controlFrame,
  createFrameReader,
  dataFrame,
  FIN,
  GOAWAY,
  numbers,
  PING,
  PROTOCOL_ERROR,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
} from './frames.ts';
import { createHeaderReader, createHeaderWriter, type Headers } from './headers.ts';

export interface SpdyStream {
  headers: Headers;
  /** undefined when there is room for more, else a promise of it. Nothing is sent after the end. */
  write(data: Uint8Array): Promise<void> | undefined;
  /** Half-closes. */
  end(): void;
  reset(): void;
  /** What it returns is waited for before more is read. Data that came before is kept for it. */
  onData(listener: (data: Uint8Array) => Promise<void> | undefined): void;
  /** The other side has half-closed, or has reset it: then nothing can be written either. */
  onEnd(listener: (reset: boolean) => void): void;
}

/** Streams at once: a port-forward has two for each of its connections. */
const MAX_STREAMS = 1_000;
/** Bytes that are kept for a stream that nobody reads yet. */
const MAX_EARLY = 64 << 10;
const EMPTY = new Uint8Array();
const NO_HEADERS: Headers = new Map();

/** `onStream` is called for each stream that the client opens, and may reset it. */
export function serveSpdy(socket: MessageSocket, onStream: (stream: SpdyStream) => void): void {
  const readHeaders = createHeaderReader();
  const writeHeaders = createHeaderWriter();
  const streams = new Map<number, ServedStream>();
  let paused = 0;
  let last = 0;

  const send = (frame: Uint8Array) => socket.send(frame);
  const holdBack = (room: Promise<void>) => {
    if (paused++ === 0) socket.pause?.();
    void room.then(() => {
      if (--paused === 0) socket.resume?.();
    });
  };

  function open(payload: Buffer, flags: number): void {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    // In any case: the next block builds on it.
    const headers = readHeaders(payload.subarray(10));
    if (id <= last || id % 2 === 0) throw new Error('a stream out of turn');
    last = id;
    if (streams.size >= MAX_STREAMS) return void send(controlFrame(RST_STREAM, 0, numbers(id, CANCEL)));
    const stream = new ServedStream(id, headers, send, holdBack, () => streams.delete(id));
    streams.set(id, stream);
    void send(controlFrame(SYN_REPLY, 0, Buffer.concat([numbers(id), writeHeaders(NO_HEADERS)])));
    onStream(stream);
    if ((flags & FIN) !== 0) stream.arrived(EMPTY, true);
  }

  const read = createFrameReader({
    control(type, flags, payload) {
      if (type === SYN_STREAM) open(payload, flags);
      else if (type === PING) void send(controlFrame(PING, 0, payload));
      else if (type === RST_STREAM) streams.get(payload.readUInt32BE(0) & 0x7fffffff)?.wasReset();
      else if (type === GOAWAY) socket.close(1000);
      // HEADERS, SETTINGS and WINDOW_UPDATE change nothing here; SYN_REPLY answers what this side never opens.
    },
    data: (id, part, fin) => streams.get(id)?.arrived(part, fin),
  });

  socket.onMessage((data) => {
    try {
      if (typeof data === 'string') throw new Error('text on a binary connection');
      read(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    } catch (error) {
      void send(controlFrame(GOAWAY, 0, numbers(last, PROTOCOL_ERROR)));
      socket.close(1002, error instanceof Error ? error.message : '');
    }
  });
  socket.onClose(() => {
    for (const each of [...streams.values()]) each.wasReset();
  });
}

class ServedStream implements SpdyStream {
  readonly headers: Headers;
  readonly #id: number;
  readonly #send: (frame: Uint8Array) => Promise<void> | undefined;
  readonly #holdBack: (room: Promise<void>) => void;
  readonly #forget: () => void;
  #listener: ((data: Uint8Array) => Promise<void> | undefined) | undefined;
  #early: Uint8Array[] = [];
  #kept = 0;
  #onEnd: ((reset: boolean) => void) | undefined;
  #theirEnd = false;
  #ourEnd = false;
  #reset = false;

  constructor(
    id: number,
    headers: Headers,
    send: (frame: Uint8Array) => Promise<void> | undefined,
    holdBack: (room: Promise<void>) => void,
    forget: () => void,
  ) {
    this.#id = id;
    this.headers = headers;
    this.#send = send;
    this.#holdBack = holdBack;
    this.#forget = forget;
  }

  write(data: Uint8Array): Promise<void> | undefined {
    return this.#ourEnd || data.length === 0 ? undefined : this.#send(dataFrame(this.#id, 0, data));
  }

  end(): void {
    if (this.#ourEnd) return;
    this.#ourEnd = true;
    void this.#send(dataFrame(this.#id, FIN, EMPTY));
    if (this.#theirEnd) this.#forget();
  }

  reset(): void {
    if (this.#ourEnd && this.#theirEnd) return;
    this.#ourEnd = true;
    this.#theirEnd = true;
    void this.#send(controlFrame(RST_STREAM, 0, numbers(this.#id, CANCEL)));
    this.#forget();
  }

  onData(listener: (data: Uint8Array) => Promise<void> | undefined): void {
    this.#listener = listener;
    for (const each of this.#early.splice(0)) this.#deliver(each);
  }

  onEnd(listener: (reset: boolean) => void): void {
    this.#onEnd = listener;
    if (this.#theirEnd) listener(this.#reset);
  }

  arrived(data: Uint8Array, fin: boolean): void {
    if (this.#theirEnd) return;
    if (data.length > 0) {
      if (this.#listener === undefined) {
        this.#kept += data.length;
        if (this.#kept > MAX_EARLY) {
          this.reset();
          return;
        }
        this.#early.push(Uint8Array.from(data));
      } else this.#deliver(data);
    }
    if (!fin) return;
    this.#theirEnd = true;
    if (this.#ourEnd) this.#forget();
    this.#onEnd?.(false);
  }

  wasReset(): void {
    this.#forget();
    const told = this.#theirEnd && this.#ourEnd;
    this.#theirEnd = true;
    this.#ourEnd = true;
    this.#reset = true;
    if (!told) this.#onEnd?.(true);
  }

  #deliver(data: Uint8Array): void {
    const room = this.#listener?.(data);
    if (room !== undefined) this.#holdBack(room);
  }
}
