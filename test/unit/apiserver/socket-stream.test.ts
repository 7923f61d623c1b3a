import { afterEach, expect, it, vi } from 'vitest';
import { base64, lines, streamOverSocket } from '../../../src/apiserver/handlers/socket-stream.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import type { ClientSocket, UpgradeOffer } from '../../../src/tunnel/contract.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A client that takes messages while `room` is undefined. */
class Client {
  readonly sent: (string | Uint8Array)[] = [];
  room: Promise<void> | undefined;
  closed: [number | undefined, string | undefined] | undefined;
  readonly #close: ((code: number, reason: string) => void)[] = [];

  readonly socket: ClientSocket = {
    send: (data) => {
      this.sent.push(data);
      return this.room;
    },
    close: (code, reason) => this.hangUp(code, reason),
    onMessage: () => {},
    onClose: (listener) => this.#close.push(listener),
  };

  readonly offer: UpgradeOffer = { protocols: [], accept: () => this.socket };

  hangUp(code?: number, reason?: string): void {
    if (this.closed !== undefined) return;
    this.closed = [code, reason];
    for (const listener of this.#close) listener(code ?? 1000, reason ?? '');
  }
}

const text = (value: string) => new TextEncoder().encode(value);

/** Counts what is taken from it. */
function endless() {
  const state = { taken: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        state.taken++;
        controller.enqueue(text('x\n'));
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { state, stream };
}

it('no more is read of a stream than the client takes, and one that takes nothing for a minute is closed', async () => {
  vi.useFakeTimers();
  const client = new Client();
  const never = Promise.withResolvers<void>();
  client.room = never.promise;
  const { state, stream } = endless();
  streamOverSocket(client.offer, undefined, stream, lines);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(state.taken).toBe(1);
  expect(client.closed).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(client.closed).toEqual([1008, 'the client reads too slowly']);
  expect(state.cancelled).toBe(true);
});

it('a client that leaves ends the stream', async () => {
  const client = new Client();
  client.room = new Promise(() => {});
  const { state, stream } = endless();
  streamOverSocket(client.offer, undefined, stream, lines);
  client.hangUp();
  await vi.waitFor(() => expect(state.cancelled).toBe(true));
});

it('a client that has gone before the answer ends the stream, too', async () => {
  const { state, stream } = endless();
  const offer: UpgradeOffer = {
    protocols: [],
    accept() {
      throw StatusError.badRequest('gone');
    },
  };
  expect(() => streamOverSocket(offer, undefined, stream, lines)).toThrow('gone');
  await vi.waitFor(() => expect(state.cancelled).toBe(true));
});

it('a stream that fails closes with what may be told', async () => {
  const told = new Client();
  const failing = (error: unknown) =>
    new ReadableStream<Uint8Array>({ start: (controller) => controller.error(error) });
  const message = `ä${'x'.repeat(200)}`;
  streamOverSocket(told.offer, undefined, failing(StatusError.serviceUnavailable(message)), lines);
  await vi.waitFor(() => expect(told.closed).toEqual([1011, `?${'x'.repeat(122)}`]));
  const hidden = new Client();
  streamOverSocket(hidden.offer, undefined, failing(new Error('a secret')), lines);
  await vi.waitFor(() => expect(hidden.closed).toEqual([1011, '']));
});

it('chunks become messages', () => {
  const decoded = [...lines(text('{"a":1}\n{"b":"ä"}\n'))].map(({ data }) => new TextDecoder().decode(data));
  expect(decoded).toEqual(['{"a":1}\n', '{"b":"ä"}\n']);
  const bytes = crypto.getRandomValues(new Uint8Array(20_000));
  expect(base64(bytes)).toEqual([{ data: Buffer.from(bytes).toString('base64') }]);
});
