/**
 * New connections, one after the other: a handshake takes the thread a millisecond or two, before anybody knows who asks,
 * and hundreds of clients that come at once (after an outage, or to do harm) would hold everybody up for as long as all of
 * theirs take. Addresses take turns.
 */
import type { Socket } from 'node:net';
import { guarded } from '../../meta/guard.ts';

/** Between two handshakes, in milliseconds. */
const GAP_MS = 2;
/** Connections that wait: with more, the address that has most of them loses its last. */
const MAX_WAITING = 2_048;

/** What is returned takes connections; `begin` is called for each when it is its turn. */
export function paceHandshakes(begin: (socket: Socket) => void): (socket: Socket) => void {
  const waiting = new Map<string, Socket[]>();
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const next = guarded('handshakes', () => {
    timer = undefined;
    for (const [address, sockets] of waiting) {
      const socket = sockets.shift()!;
      count--;
      // To the end of the round, or out of it.
      waiting.delete(address);
      if (sockets.length > 0) waiting.set(address, sockets);
      if (socket.destroyed) continue;
      timer = setTimeout(next, GAP_MS);
      begin(socket);
      return;
    }
  });

  return (socket) => {
    // Until it is begun, nobody else listens.
    socket.on('error', ignore);
    const address = socket.remoteAddress ?? '';
    const sockets = waiting.get(address) ?? [];
    sockets.push(socket);
    waiting.set(address, sockets);
    count++;
    if (count > MAX_WAITING) drop();
    if (timer === undefined) next();
  };

  function drop(): void {
    let most: Socket[] = [];
    for (const sockets of waiting.values()) if (sockets.length > most.length) most = sockets;
    most.pop()?.destroy();
    count--;
  }
}

function ignore(): void {}
