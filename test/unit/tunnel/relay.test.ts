import { afterEach, describe, expect, it, vi } from 'vitest';
import { onFault } from '../../../src/meta/guard.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import type { LogRequest, MessageSocket } from '../../../src/tunnel/contract.ts';
import { decodeMessage, parseTunnelPath, relayMessageSchema, tunnelPath } from '../../../src/tunnel/protocol.ts';
import { createRelay } from '../../../src/tunnel/relay.ts';

const REQUEST: LogRequest = {
  kind: 'logs',
  namespace: 'default',
  pod: 'web',
  uid: 'u1',
  container: 'c',
  follow: true,
  previous: false,
  timestamps: false,
};

/** Both ends of a connection: the relay gets `socket`, the test plays the agent. */
class Peer {
  readonly sent: (string | Uint8Array)[] = [];
  paused = false;
  closed: string | undefined;
  #message: ((data: string | Uint8Array) => void) | undefined;
  readonly #early: (string | Uint8Array)[] = [];
  readonly #close: ((code: number, reason: string) => void)[] = [];

  readonly socket: MessageSocket = {
    send: (data) => void this.sent.push(data),
    close: (_code, reason) => this.hangUp(reason ?? ''),
    onMessage: (listener) => {
      this.#message = listener;
      for (const data of this.#early.splice(0)) listener(data);
    },
    onClose: (listener) => this.#close.push(listener),
    pause: () => {
      this.paused = true;
    },
    resume: () => {
      this.paused = false;
    },
  };

  say(data: string | Uint8Array): void {
    if (this.#message === undefined) this.#early.push(data);
    else this.#message(data);
  }

  hangUp(reason = 'agent'): void {
    if (this.closed !== undefined) return;
    this.closed = reason;
    for (const listener of this.#close) listener(1000, reason);
  }
}

function openedStream(control: Peer): string {
  const message = decodeMessage(relayMessageSchema, control.sent.at(-1)!);
  if (message?.type !== 'open') throw new Error('nothing was asked for');
  expect(message.request).toEqual(REQUEST);
  return message.stream;
}

function setUp(options = {}) {
  const relay = createRelay({ openTimeout: 1000, pingInterval: 1000, ...options });
  const control = new Peer();
  relay.attachControl('root', 'n1', control.socket);
  const open = (signal = new AbortController().signal) => relay.open('root', 'n1', REQUEST, signal);
  return { relay, control, open };
}

afterEach(() => {
  vi.useRealTimers();
});

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += new TextDecoder().decode(chunk);
  return text;
}

describe('a stream', () => {
  it('carries what the agent sends after its head, and ends with its close', async () => {
    const { relay, control, open } = setUp();
    const opening = open();
    const stream = new Peer();
    relay.attachStream('root', 'n1', openedStream(control), stream.socket);
    stream.say('{"status":"ok"}');
    const body = await opening;
    stream.say(new TextEncoder().encode('one '));
    stream.say(new TextEncoder().encode('two'));
    stream.hangUp();
    expect(await readAll(body)).toBe('one two');
    relay.close();
  });

  it('S0: frames that come after its reader has gone are dropped', async () => {
    const { relay, control, open } = setUp();
    const faults: unknown[] = [];
    const end = onFault((_where, error) => faults.push(error));
    const client = new AbortController();
    const openings = [open(), open(client.signal)];
    const ids = control.sent.flatMap((each) => {
      const message = decodeMessage(relayMessageSchema, each);
      return message?.type === 'open' ? [message.stream] : [];
    });
    // A close takes its time: what the agent had sent before arrives meanwhile.
    const streams = ids.map((id) => {
      const stream = new Peer();
      relay.attachStream('root', 'n1', id, { ...stream.socket, close: () => {} });
      stream.say('{"status":"ok"}');
      return stream;
    });
    const [cancelled, left] = await Promise.all(openings);
    await cancelled!.cancel();
    client.abort();
    for (const stream of streams) {
      stream.say(new TextEncoder().encode('late'));
      stream.hangUp();
      stream.say(new TextEncoder().encode('later'));
    }
    expect(await readAll(left!)).toBe('late');
    expect(faults).toEqual([]);
    end();
    relay.close();
  });

  it('that the agent refuses throws its Status', async () => {
    const { relay, control, open } = setUp();
    const opening = open();
    const stream = new Peer();
    relay.attachStream('root', 'n1', openedStream(control), stream.socket);
    stream.say(JSON.stringify(StatusError.badRequest('no such container').status));
    await expect(opening).rejects.toMatchObject({ code: 400, message: 'no such container' });
    relay.close();
  });

  it('cannot be answered by another node or another tenant, nor twice', async () => {
    const { relay, control, open } = setUp();
    const opening = open();
    const id = openedStream(control);
    for (const [tenant, node] of [
      ['root', 'n2'],
      ['other', 'n1'],
    ] as const) {
      const thief = new Peer();
      relay.attachStream(tenant, node, id, thief.socket);
      expect(thief.closed).toBe('no such stream');
    }
    const stream = new Peer();
    relay.attachStream('root', 'n1', id, stream.socket);
    stream.say('{"status":"ok"}');
    await opening;
    const late = new Peer();
    relay.attachStream('root', 'n1', id, late.socket);
    expect(late.closed).toBe('no such stream');
    relay.close();
  });

  it('is closed towards the agent when its client leaves', async () => {
    const { relay, control, open } = setUp();
    const opening = open();
    const stream = new Peer();
    relay.attachStream('root', 'n1', openedStream(control), stream.socket);
    stream.say('{"status":"ok"}');
    await (await opening).cancel();
    expect(stream.closed).toBe('the client left');
    relay.close();
  });

  it('pauses the agent while its client does not read, and goes on when it does', async () => {
    const { relay, control, open } = setUp();
    const opening = open();
    const stream = new Peer();
    relay.attachStream('root', 'n1', openedStream(control), stream.socket);
    stream.say('{"status":"ok"}');
    const reader = (await opening).getReader();
    stream.say(new Uint8Array(2 << 20));
    expect(stream.paused).toBe(true);
    await reader.read();
    await vi.waitFor(() => expect(stream.paused).toBe(false));
    relay.close();
  });
});

describe('an agent that does not answer', () => {
  it('and is not connected is 503 at once', async () => {
    const relay = createRelay();
    await expect(relay.open('root', 'n1', REQUEST, new AbortController().signal)).rejects.toMatchObject({ code: 503 });
  });

  it('in time is 503', async () => {
    vi.useFakeTimers();
    const { relay, open } = setUp();
    const failed = expect(open()).rejects.toMatchObject({ code: 503 });
    await vi.advanceTimersByTimeAsync(1000);
    await failed;
    relay.close();
  });

  it('because it disconnects is 503', async () => {
    const { relay, control, open } = setUp();
    const opening = open();
    control.hangUp();
    await expect(opening).rejects.toMatchObject({ code: 503 });
    expect(relay.isConnected('root', 'n1')).toBe(false);
  });

  it('to pings is cut off; one that does stays', async () => {
    vi.useFakeTimers();
    const { relay, control } = setUp();
    for (let second = 0; second < 6; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      control.say('{"type":"pong"}');
    }
    expect(relay.isConnected('root', 'n1')).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(relay.isConnected('root', 'n1')).toBe(false);
    expect(control.closed).toBe('no answer to pings');
    relay.close();
  });
});

it('replaces a node’s older link, whose end then means nothing', () => {
  const { relay, control } = setUp();
  const newer = new Peer();
  relay.attachControl('root', 'n1', newer.socket);
  expect(control.closed).toBe('replaced by a newer link');
  expect(relay.isConnected('root', 'n1')).toBe(true);
  relay.close();
});

it('finds node and stream in the paths that it makes, and in no others', () => {
  expect(parseTunnelPath(tunnelPath('n1'))).toEqual({ node: 'n1' });
  expect(parseTunnelPath(tunnelPath('n1', 's/1'))).toEqual({ node: 'n1', stream: 's/1' });
  expect(parseTunnelPath('/api/v1/nodes/n1')).toBeUndefined();
  expect(parseTunnelPath('/apis/kedge.dev/v1/nodes/%E0/tunnel')).toBeUndefined();
});
