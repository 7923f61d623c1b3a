/** Two sockets as one: what comes in at the one goes out at the other, as it is and no faster than it is taken. */
import { guarded } from '../meta/guard.ts';
import type { MessageSocket } from './contract.ts';

/** Bytes that may wait where a socket cannot be paused. */
const CUT_AT = 8 << 20;

/** Settles when both have closed. The close of the one, with its code, closes the other. */
export function splice(a: MessageSocket, b: MessageSocket): Promise<void> {
  const ended = Promise.all([oneWay(a, b), oneWay(b, a)]);
  return ended.then(() => {});
}

function oneWay(from: MessageSocket, to: MessageSocket): Promise<void> {
  let waiting = 0;
  from.onMessage((data) => {
    const room = to.send(data);
    if (room === undefined) return;
    from.pause?.();
    waiting += data.length;
    if (waiting > CUT_AT) from.close(1008, 'the other side reads too slowly');
    void room.then(
      guarded('splice', () => {
        waiting -= data.length;
        if (waiting === 0) from.resume?.();
      }),
    );
  });
  return new Promise((resolve) => {
    from.onClose((code, reason) => {
      to.close(passable(code), reason);
      resolve();
    });
  });
}

/** 1005 and 1006 tell of a close without a code and of none at all; neither may be sent. */
function passable(code: number): number {
  if (code === 1005) return 1000;
  const sendable = (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006) || (code >= 3000 && code <= 4999);
  return sendable ? code : 1001;
}
