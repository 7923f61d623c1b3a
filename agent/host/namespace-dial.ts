/**
 * Connections from within a process's network namespace, where a pod's servers listen on localhost. A child of our own program
 * goes there by nsenter, connects, hands the connection over, and ends.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { guarded } from '../../src/meta/guard.ts';
import { DialError } from './dial-error.ts';

/** Its whole program: port by argument, connection or error by message. */
const CHILD = `
const net = require('node:net');
const port = Number(process.argv[1]);
function attempt(hosts) {
  const socket = net.connect({ host: hosts[0], port, allowHalfOpen: true });
  socket.once('connect', () => process.send({ ok: true }, socket, () => process.exit(0)));
  socket.once('error', (error) => {
    if (hosts.length > 1) attempt(hosts.slice(1));
    else process.send({ error: error.code }, () => process.exit(0));
  });
}
attempt(['::1', '127.0.0.1']);
`;

const TIMEOUT_MS = 10_000;

/** Throws an error with the `code` of the connection's, or of the program's, failure. */
export function dialInside(pid: number, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      'nsenter',
      [`--net=/proc/${pid}/ns/net`, '--', process.execPath, '--max-semi-space-size=1', '-e', CHILD, String(port)],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], timeout: TIMEOUT_MS, env: { PATH: process.env.PATH ?? '' } },
    );
    const fail = (code: string) => reject(new DialError(code));
    child.on(
      'message',
      guarded('namespace dial', (message: { error?: string }, socket: unknown) => {
        if (socket === undefined || socket === null) return fail(message.error ?? 'EUNKNOWN');
        const connection = socket as Socket;
        connection.allowHalfOpen = true;
        resolve(connection);
      }),
    );
    child.on(
      'error',
      guarded('namespace dial', (error: NodeJS.ErrnoException) => fail(error.code ?? 'EUNKNOWN')),
    );
    child.on(
      'close',
      guarded('namespace dial', () => fail('ECONNREFUSED')),
    );
  });
}
