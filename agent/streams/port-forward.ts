/**
 * Port-forward to a pod of this node: by SPDY/3.1 (bare, or as the bytes of a WebSocket's messages), a pair of streams for
 * each connection; or by the older WebSocket form, a pair of channels for each port.
 */
import type { Socket } from 'node:net';
import { guarded } from '../../src/meta/guard.ts';
import type { MessageSocket, PortForwardRequest } from '../../src/tunnel/contract.ts';
import type { SpdyStream } from '../spdy/connection.ts';
import { BASE64, BINARY } from './channels.ts';
import type { ServeStream } from './contract.ts';
import { addressOf, dialPod } from './target.ts';

type Dial = (port: number) => Promise<Socket>;

export const servePortForward: ServeStream<PortForwardRequest> = async ({ runtime }, request, { accept, signal }) => {
  const address = await addressOf(runtime, request.uid, request.pod);
  const dial: Dial = async (port) => {
    try {
      return await dialPod(runtime, address, port);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`error forwarding port ${port} to pod ${request.pod}, uid ${request.uid}: ${why}`);
    }
  };
  const gone = new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      guarded('port-forward abort', () => resolve()),
      { once: true },
    );
  });
  const socket = accept();
  if (request.carrier === 'spdy') {
    const { serveSpdy } = await import('../spdy/connection.ts');
    const { acceptPairs } = await import('./stream-pairs.ts');
    serveSpdy(
      socket,
      acceptPairs((port, data, error) => void forward(dial, port, data, error)),
    );
    return gone;
  }
  await Promise.race([gone, forwardChannels(socket, request, dial)]);
};

/** Until both directions have ended, or one side has failed. */
async function forward(dial: Dial, port: number, data: SpdyStream, error: SpdyStream): Promise<void> {
  try {
    const target = await dial(port);
    void connect(target, {
      write: (bytes) => data.write(bytes),
      end() {
        data.end();
        // Clients wait for it before they take the connection for done.
        error.end();
      },
    });
    data.onData((bytes) => roomIn(target, bytes));
    data.onEnd((reset) => (reset ? target.destroy() : target.end()));
  } catch (fault) {
    void error.write(Buffer.from(fault instanceof Error ? fault.message : String(fault)));
    error.end();
    data.reset();
  }
}

async function forwardChannels(socket: MessageSocket, request: PortForwardRequest, dial: Dial): Promise<void> {
  const { encode, decode } = request.protocol.includes('base64') ? BASE64 : BINARY;
  const targets = new Map<number, Socket>();
  const early: { channel: number; data: Uint8Array }[] = [];
  const deliver = (channel: number, data: Uint8Array) => {
    const target = targets.get(channel);
    const room = target === undefined ? undefined : roomIn(target, data);
    if (room === undefined) return;
    socket.pause?.();
    void room.then(() => socket.resume?.());
  };
  socket.pause?.();
  socket.onMessage((message) => {
    const { channel, data } = decode(message);
    if (targets.size < request.ports.length) early.push({ channel, data: Uint8Array.from(data) });
    else deliver(channel, data);
  });
  socket.onClose(() => {
    for (const each of targets.values()) each.destroy();
  });
  const ends = await Promise.all(
    request.ports.map(async (port, index) => {
      const [data, error] = [index * 2, index * 2 + 1];
      // Each channel begins with the port that it is of.
      for (const channel of [data, error]) void socket.send(encode(channel, Uint8Array.of(port & 0xff, port >> 8)));
      try {
        const target = await dial(port);
        targets.set(data, target);
        return connect(target, { write: (bytes) => socket.send(encode(data, bytes)), end: () => target.end() });
      } catch (fault) {
        void socket.send(encode(error, Buffer.from(fault instanceof Error ? fault.message : String(fault))));
        return Promise.resolve();
      }
    }),
  );
  for (const { channel, data } of early.splice(0)) deliver(channel, data);
  socket.resume?.();
  await Promise.all(ends);
}

interface Sink {
  write(data: Uint8Array): Promise<void> | undefined;
  end(): void;
}

/** From the pod to the client. The promise settles when the connection is over. */
function connect(target: Socket, { write, end }: Sink): Promise<void> {
  target.on(
    'data',
    guarded('port-forward data', (bytes: Buffer) => {
      const room = write(bytes);
      if (room === undefined) return;
      target.pause();
      void room.then(() => target.resume());
    }),
  );
  target.on('end', guarded('port-forward end', end));
  target.on('error', () => {});
  return new Promise((resolve) => {
    target.once(
      'close',
      guarded('port-forward close', () => {
        end();
        resolve();
      }),
    );
  });
}

/** Writes; undefined when there is room for more, else a promise of it. */
function roomIn(target: Socket, data: Uint8Array): Promise<void> | undefined {
  if (target.destroyed || target.writableEnded || target.write(data)) return undefined;
  return new Promise((resolve) => {
    const go = guarded('port-forward drain', () => {
      target.off('drain', go);
      target.off('close', go);
      resolve();
    });
    target.on('drain', go);
    target.on('close', go);
  });
}
