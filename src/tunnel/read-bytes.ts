/** The binary messages of a socket as a stream of bytes. */
import { guarded } from '../meta/guard.ts';
import { StatusError } from '../meta/status-error.ts';
import type { MessageSocket } from './contract.ts';
import { BODY_END } from './protocol.ts';

/** Bytes held for a slow reader before the socket is paused, or cut where it cannot be. */
const HIGH_WATER = 256 << 10;
const CUT_AT = 16 << 20;

export interface ReadBytesOptions {
  /** The stream ends by BODY_END, and a close before it is an error; absent: the close is the end. */
  ended?: boolean;
}

/** Takes the socket's messages. A reader that cancels closes the socket; its slowness is passed on by pausing it. */
export function readBytes(socket: MessageSocket, { ended = false }: ReadBytesOptions = {}): ReadableStream<Uint8Array> {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
      },
      pull: () => socket.resume?.(),
      cancel() {
        // Frames that are on their way have no reader any more.
        controller = undefined;
        socket.close(1000, 'the client left');
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }),
  );
  const finish = guarded('stream end', (error?: StatusError) => {
    if (error === undefined) controller?.close();
    else controller?.error(error);
    controller = undefined;
  });
  socket.onMessage((frame) => {
    if (typeof frame === 'string') {
      if (!ended || frame !== BODY_END) return;
      finish();
      return socket.close(1000);
    }
    if (controller === undefined) return;
    controller.enqueue(frame);
    const room = controller.desiredSize ?? 0;
    if (room <= 0) socket.pause?.();
    if (room < HIGH_WATER - CUT_AT) {
      finish(StatusError.serviceUnavailable('the client reads too slowly'));
      socket.close(1008, 'the client reads too slowly');
    }
  });
  socket.onClose((_code, reason) => {
    finish(ended ? StatusError.serviceUnavailable(reason || "the node's agent hung up") : undefined);
  });
  return body;
}
