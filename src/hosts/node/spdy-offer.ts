/**
 * Upgrades to SPDY/3.1, which older clients ask for and client-go falls back to: the bare connection as a socket of binary
 * messages. What is said in them is the agent's affair.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { guarded } from '../../meta/guard.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { MessageSocket } from '../../tunnel/contract.ts';
import { createInbox } from '../../tunnel/socket.ts';
import type { NodeOffer } from './client-sockets.ts';

const PROTOCOL_HEADER = 'X-Stream-Protocol-Version';
/** Milliseconds that a client has to take what it was sent last. */
const CLOSE_GRACE_MS = 5_000;

/** undefined when the request asks for no SPDY/3.1. */
export function offerSpdy(request: IncomingMessage, socket: Duplex, head: Buffer): NodeOffer | undefined {
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') return undefined;
  let taken = false;
  return {
    protocols: String(request.headers['x-stream-protocol-version'] ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
    get taken() {
      return taken;
    },
    accept(protocol) {
      if (socket.destroyed) throw StatusError.badRequest('the client has gone');
      taken = true;
      const chosen = protocol === undefined ? '' : `${PROTOCOL_HEADER}: ${protocol}\r\n`;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${chosen}\r\n`);
      return fromConnection(socket, head);
    },
  };
}

function fromConnection(socket: Duplex, head: Buffer): MessageSocket {
  const inbox = createInbox();
  if (head.length > 0) inbox.push(head);
  let closing = false;
  socket.on(
    'data',
    guarded('spdy data', (data: Buffer) => inbox.push(data)),
  );
  const close = guarded('spdy close', () => {
    if (closing) return;
    closing = true;
    socket.resume();
    socket.end();
    const timer = setTimeout(
      guarded('spdy close', () => socket.destroy()),
      CLOSE_GRACE_MS,
    );
    inbox.onClose(() => clearTimeout(timer));
  });
  socket.on('end', close);
  socket.once(
    'close',
    guarded('spdy close', () => inbox.closed(closing ? 1000 : 1006, '')),
  );
  if (socket.destroyed) inbox.closed(1006, '');
  return {
    send(data) {
      if (socket.destroyed || closing || socket.write(data)) return undefined;
      return new Promise((resolve) => {
        const go = guarded('spdy drain', () => {
          socket.off('drain', go);
          socket.off('close', go);
          resolve();
        });
        socket.on('drain', go);
        socket.on('close', go);
      });
    },
    close,
    onMessage: inbox.onMessage,
    onClose: inbox.onClose,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
