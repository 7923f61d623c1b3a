/** Where an agent connects to: a running pod of its own, and nothing else. */
import net from 'node:net';
import { guarded } from '../../src/meta/guard.ts';
import { own } from '../../src/meta/own.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import { DialError } from '../host/dial-error.ts';
import { dialInside } from '../host/namespace-dial.ts';
import type { Runtime } from '../runtime/contract.ts';
import { answering } from './find-container.ts';

export interface PodAddress {
  /** Of the pod's network; localhost where that is the machine's. */
  ip: string;
  sandboxId: string;
}

/** Throws 503 when the pod has no running sandbox here. */
export async function addressOf(runtime: Pick<Runtime, 'list'>, uid: string, name: string): Promise<PodAddress> {
  const containers = await answering(() => runtime.list(uid));
  const sandbox = containers.find(({ kind, state }) => kind === 'sandbox' && state === 'running');
  if (sandbox === undefined) {
    throw StatusError.serviceUnavailable(`pod ${JSON.stringify(name)} is not running on this node`);
  }
  return { ip: sandbox.ip ?? '127.0.0.1', sandboxId: sandbox.id };
}

const TIMEOUT_MS = 10_000;

/** A connection to a port of the pod, on its address or on its localhost. Throws in Go's words, as clients know them. */
export async function dialPod(
  runtime: Pick<Runtime, 'processId'>,
  { ip, sandboxId }: PodAddress,
  port: number,
): Promise<net.Socket> {
  try {
    return await dial(ip, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED' || ip === '127.0.0.1') throw worded(error, ip, port);
  }
  const pid = await runtime.processId(sandboxId);
  if (pid === undefined) throw new Error(`dial tcp ${ip}:${port}: the pod has ended`);
  try {
    return await dialInside(pid, port);
  } catch (error) {
    throw worded(error, '127.0.0.1', port);
  }
}

function dial(host: string, port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(
      guarded('dial timeout', () => socket.destroy(new DialError('ETIMEDOUT'))),
      TIMEOUT_MS,
    );
    socket.once('error', reject);
    socket.once(
      'close',
      guarded('dial close', () => clearTimeout(timer)),
    );
    socket.once(
      'connect',
      guarded('dial', () => {
        clearTimeout(timer);
        socket.off('error', reject);
        resolve(socket);
      }),
    );
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  ETIMEDOUT: 'i/o timeout',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
};

function worded(error: unknown, host: string, port: number): Error {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  return new Error(`dial tcp ${host}:${port}: ${own(WORDS, code) ?? message}`, { cause: error });
}
