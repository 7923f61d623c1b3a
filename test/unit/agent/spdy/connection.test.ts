/** SPDY/3.1 as clients speak it: headers compressed with one context, frames in pieces of any size. */
import { constants, createDeflate, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type SpdyStream, serveSpdy } from '../../../../agent/spdy/connection.ts';
import { DICTIONARY } from '../../../../agent/spdy/dictionary.ts';
import {
  CANCEL,
  controlFrame,
  dataFrame,
  FIN,
  GOAWAY,
  numbers,
  PING,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
} from '../../../../agent/spdy/frames.ts';
import { createHeaderWriter } from '../../../../agent/spdy/headers.ts';
import { acceptPairs } from '../../../../agent/streams/stream-pairs.ts';
import type { MessageSocket } from '../../../../src/tunnel/contract.ts';

function block(headers: Record<string, string>): Buffer {
  const text = (value: string) => [numbers(value.length), Buffer.from(value)];
  const pairs = Object.entries(headers);
  return Buffer.concat([numbers(pairs.length), ...pairs.flatMap(([name, value]) => [...text(name), ...text(value)])]);
}

/** A client's compressor, which is zlib's with the dictionary. */
function compressor() {
  const deflate = createDeflate({ dictionary: DICTIONARY });
  return async (headers: Record<string, string>): Promise<Buffer> => {
    const parts: Buffer[] = [];
    const take = (part: Buffer) => parts.push(part);
    deflate.on('data', take);
    deflate.write(block(headers));
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    deflate.off('data', take);
    return Buffer.concat(parts);
  };
}

function setUp() {
  let listener: (data: string | Uint8Array) => void = () => {};
  const sent: Buffer[] = [];
  const state = { closed: undefined as number | undefined, paused: false, onClose: () => {} };
  const socket: MessageSocket = {
    send: (data) => void sent.push(Buffer.from(data as Uint8Array)),
    close: (code) => {
      state.closed = code;
    },
    onMessage: (next) => {
      listener = next;
    },
    onClose: (next) => {
      state.onClose = () => next(1006, '');
    },
    pause: () => {
      state.paused = true;
    },
    resume: () => {
      state.paused = false;
    },
  };
  const streams: SpdyStream[] = [];
  serveSpdy(socket, (stream) => streams.push(stream));
  const compress = compressor();
  return {
    state,
    sent,
    streams,
    say: (bytes: Uint8Array) => listener(bytes),
    open: async (id: number, headers: Record<string, string>, flags = 0) =>
      listener(
        controlFrame(SYN_STREAM, flags, Buffer.concat([numbers(id, 0), Buffer.alloc(2), await compress(headers)])),
      ),
    typesSent: () => sent.filter((each) => (each[0]! & 0x80) !== 0).map((each) => each.readUInt16BE(2)),
  };
}

const text = (data: Uint8Array) => Buffer.from(data).toString();

describe('a SPDY/3.1 connection', () => {
  it('opens streams with their headers, and answers each', async () => {
    const { open, streams, typesSent } = setUp();
    await open(1, { streamType: 'error', port: '80', requestID: '0' });
    await open(3, { streamType: 'data', port: '80', requestID: '0' });
    expect(streams.map(({ headers }) => headers.get('streamtype'))).toEqual(['error', 'data']);
    expect(typesSent()).toEqual([SYN_REPLY, SYN_REPLY]);
  });

  it('takes frames in single bytes', async () => {
    const { open, streams, say } = setUp();
    await open(1, {});
    const got: string[] = [];
    let ended = false;
    streams[0]!.onData((data) => void got.push(text(data)));
    streams[0]!.onEnd(() => {
      ended = true;
    });
    for (const byte of Buffer.concat([dataFrame(1, 0, Buffer.from('one')), dataFrame(1, FIN, Buffer.from('two'))])) {
      say(Uint8Array.of(byte));
    }
    expect([got.join(''), ended]).toEqual(['onetwo', true]);
  });

  it('half-closes either way, and sends nothing after its end', async () => {
    const { open, streams, say, sent } = setUp();
    await open(1, {}, FIN);
    const [stream] = streams;
    void stream!.write(Buffer.from('late but fine'));
    stream!.end();
    void stream!.write(Buffer.from('never'));
    say(dataFrame(1, 0, Buffer.from('after the end')));
    expect(sent.slice(1)).toEqual([dataFrame(1, 0, Buffer.from('late but fine')), dataFrame(1, FIN, Buffer.alloc(0))]);
  });

  it('holds the connection back while a stream has no room', async () => {
    const { open, streams, say, state } = setUp();
    await open(1, {});
    const room = Promise.withResolvers<void>();
    streams[0]!.onData(() => room.promise);
    say(dataFrame(1, 0, Buffer.from('x')));
    expect(state.paused).toBe(true);
    room.resolve();
    await room.promise;
    await Promise.resolve();
    expect(state.paused).toBe(false);
  });

  it('answers pings, and tells streams of resets and of the end', async () => {
    const { open, streams, say, state, sent } = setUp();
    const ends: boolean[] = [];
    for (const id of [1, 3]) await open(id, {});
    for (const each of streams) each.onEnd((reset) => void ends.push(reset));
    say(controlFrame(PING, 0, numbers(7)));
    expect(sent.at(-1)).toEqual(controlFrame(PING, 0, numbers(7)));
    say(controlFrame(RST_STREAM, 0, numbers(1, CANCEL)));
    expect(ends).toEqual([true]);
    state.onClose();
    expect(ends).toEqual([true, true]);
  });

  it.each([
    ['that is no SPDY', Buffer.from('GET / HTTP/1.1\r\n\r\n\xff\xff'.replaceAll('G', '\u0080'), 'latin1')],
    ['of a stream with an even number', controlFrame(SYN_STREAM, 0, Buffer.concat([numbers(2, 0), Buffer.alloc(2)]))],
    ['of headers that are none', controlFrame(SYN_STREAM, 0, Buffer.concat([numbers(1, 0), Buffer.alloc(40, 0xff)]))],
    ['that is cut short', controlFrame(RST_STREAM, 0, Buffer.alloc(2))],
  ])('ends with a frame %s', (_, frame) => {
    const { say, state, typesSent } = setUp();
    say(frame);
    expect([state.closed, typesSent()]).toEqual([1002, [GOAWAY]]);
  });

  it('resets a stream that nobody reads before it takes much memory', async () => {
    const { open, say, typesSent } = setUp();
    await open(1, {});
    for (let index = 0; index < 100; index++) say(dataFrame(1, 0, Buffer.alloc(1024)));
    expect(typesSent()).toEqual([SYN_REPLY, RST_STREAM]);
  });
});

it('headers are written as one stream of zlib, each block whole by itself', () => {
  const write = createHeaderWriter();
  const headers: Record<string, string>[] = [{}, { a: 'b' }, { port: '80', two: 'x' }];
  const written = headers.map((each) => ({
    plain: block(each),
    bytes: write(new Map(Object.entries(each))),
  }));
  for (let count = 1; count <= written.length; count++) {
    const some = written.slice(0, count);
    const inflated = inflateSync(Buffer.concat(some.map(({ bytes }) => bytes)), {
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    expect(inflated).toEqual(Buffer.concat(some.map(({ plain }) => plain)));
    // What comes before a sync flush alone is handed out by Go's reader.
    expect([...some.at(-1)!.bytes.slice(-5)]).toEqual([0, 0, 0, 0xff, 0xff]);
  }
});

describe('the pairs of a port-forward', () => {
  const stream = (headers: Record<string, string>) => {
    const state = { wasReset: false };
    const made: SpdyStream = {
      headers: new Map(Object.entries(headers)),
      write: () => undefined,
      end() {},
      reset() {
        state.wasReset = true;
      },
      onData() {},
      onEnd() {},
    };
    return { made, state };
  };

  it('come together in any order, each by its request', () => {
    const pairs: number[] = [];
    const accept = acceptPairs((port) => pairs.push(port));
    for (const [streamtype, port, requestid] of [
      ['error', '80', '1'],
      ['data', '81', '2'],
      ['error', '81', '2'],
      ['data', '80', '1'],
    ] as const) {
      accept(stream({ streamtype, port, requestid }).made);
    }
    expect(pairs).toEqual([81, 80]);
  });

  it.each([
    { streamtype: 'data', port: '0' },
    { streamtype: 'data', port: '70000' },
    { streamtype: 'data', port: '8o' },
    { streamtype: 'other', port: '80' },
    { port: '80' },
  ])('without sense are reset: %j', (headers) => {
    const { made, state } = stream(headers as Record<string, string>);
    acceptPairs(() => expect.unreachable())(made);
    expect(state.wasReset).toBe(true);
  });
});
