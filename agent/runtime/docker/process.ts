/** Commands and attachments as connections of the Engine API: its frames, its half-close, and the end of what was started. */

import type { Socket } from 'node:net';
import { guarded } from '../../../src/meta/guard.ts';
import { endProcess } from '../../host/processes.ts';
import { type ConnectedProcess, ContainerGone, NotRunning, type ProcessOptions } from '../contract.ts';
import type { Dockerode } from './dockerode.ts';
import { engine, engineMessage, engineStatus, unless } from './errors.ts';
import { type Deliver, deframe } from './frames.ts';

export async function openExec(
  docker: Dockerode,
  id: string,
  command: string[],
  options: ProcessOptions,
): Promise<ConnectedProcess> {
  const exec = await running(id, () =>
    docker.getContainer(id).exec({
      Cmd: command,
      AttachStdin: options.stdin,
      AttachStdout: options.stdout,
      AttachStderr: options.stderr && !options.tty,
      Tty: options.tty,
      // Those of Docker's own client would swallow Ctrl-P.
      DetachKeys: NO_KEYS,
    }),
  );
  const path = `/exec/${exec.id}/start`;
  const socket = await running(id, () => dial(docker, path, { Detach: false, Tty: options.tty }));
  const inspect = () => unless([404], () => exec.inspect());
  return connected(socket, options, {
    resize: (w, h) => unless([404, 409, 500], () => exec.resize({ w, h })),
    async exitCode() {
      const info = await inspect();
      return info?.Running === false ? (info.ExitCode ?? undefined) : undefined;
    },
    async end() {
      const info = await inspect();
      if (info?.Running === true && info.Pid > 0) await endProcess(info.Pid, id);
    },
  });
}

export async function attach(docker: Dockerode, id: string, options: ProcessOptions): Promise<ConnectedProcess> {
  const info = await running(id, () => docker.getContainer(id).inspect());
  if (!info.State.Running) throw new NotRunning(`container not running (${id})`);
  const query = {
    stream: 1,
    stdin: options.stdin && info.Config.OpenStdin ? 1 : 0,
    stdout: options.stdout ? 1 : 0,
    stderr: options.stderr ? 1 : 0,
    detachKeys: NO_KEYS,
  };
  const socket = await running(id, () => dial(docker, `/containers/${id}/attach?`, query));
  const container = docker.getContainer(id);
  return connected(
    socket,
    { ...options, tty: info.Config.Tty },
    {
      resize: (w, h) => unless([404, 409, 500], () => container.resize({ w, h })),
      async exitCode() {
        const now = await unless([404], () => container.inspect());
        return now === undefined || now.State.Running ? undefined : now.State.ExitCode;
      },
      // It was there before, and stays.
      end: async () => {},
    },
  );
}

/** A sequence that nobody types. */
const NO_KEYS = 'ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^,ctrl-^';

function dial(docker: Dockerode, path: string, options: object): Promise<Socket> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path,
        method: 'POST',
        hijack: true,
        isStream: true,
        statusCodes: { 200: true, 101: true, 404: 'no such container', 409: 'not running', 500: 'server error' },
        options,
      },
      (error: unknown, result: unknown) => (error ? reject(error) : resolve(result as Socket)),
    );
  });
}

async function running<T>(id: string, call: () => Promise<T>): Promise<T> {
  try {
    return await engine(call);
  } catch (error) {
    const status = engineStatus(error);
    if (status === 404) throw new ContainerGone(`container ${id} is gone`, { cause: error });
    if (status === 409) throw new NotRunning(`container not running (${id})`, { cause: error });
    if (status !== undefined) throw new Error(engineMessage(error), { cause: error });
    throw error;
  }
}

interface Ends {
  resize(width: number, height: number): Promise<unknown>;
  exitCode(): Promise<number | undefined>;
  end(): Promise<void>;
}

function connected(socket: Socket, { tty }: ProcessOptions, ends: Ends): ConnectedProcess {
  const over = Promise.withResolvers<void>();
  // It comes and goes with its container; whoever writes to it then is told by its end.
  socket.on('error', () => {});
  socket.once(
    'close',
    guarded('process close', () => over.resolve()),
  );
  socket.once(
    'end',
    guarded('process end', () => over.resolve()),
  );
  socket.setNoDelay?.(true);
  return {
    write(data) {
      if (socket.destroyed || socket.writableEnded || socket.write(data)) return undefined;
      return new Promise((resolve) => {
        const go = guarded('process drain', () => {
          socket.off('drain', go);
          socket.off('close', go);
          resolve();
        });
        socket.on('drain', go);
        socket.on('close', go);
      });
    },
    endStdin: () => void socket.end(),
    onOutput(listener) {
      const deliver: Deliver = (stream, data) => {
        const room = listener(stream, data);
        if (room === undefined) return;
        socket.pause();
        void room.then(guarded('process output', () => socket.resume()));
      };
      socket.on('data', guarded('process output', tty ? (data: Buffer) => deliver(1, data) : deframe(deliver)));
    },
    async resize(width, height) {
      if (width > 0 && height > 0) await ends.resize(width, height);
    },
    ended: over.promise,
    exitCode: ends.exitCode,
    async leave() {
      socket.destroy();
      await ends.end();
    },
  };
}
