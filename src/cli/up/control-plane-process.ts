/** The control plane as a child of `kedge up`: started, brought back when it dies, asked, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { guarded } from '../../meta/guard.ts';
import type { Call, ControlPlaneOptions, Report } from './control-plane-contract.ts';
import { lastWords } from './last-words.ts';
import { endLeftover } from './leftover.ts';
import { openLog } from './open-log.ts';
import { end, supervise } from './supervise.ts';

export interface ControlPlaneProcess {
  /** URL of the API, as kubeconfigs on this machine have it. */
  server: string;
  /** Rejects with why not, also when the process ends meanwhile. */
  ask(call: Call): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = 'cli/up/control-plane.ts';
/** See HEAP_GROWING_PERCENT. */
const NODE_FLAGS = ['--max-semi-space-size=16'];

/** Resolves when it serves for the first time. Rejects when it cannot, with the reason, or when `signal` aborts before. */
export async function startControlPlane(
  options: ControlPlaneOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ControlPlaneProcess> {
  const { data } = options;
  await endLeftover(data.controlPlanePid, PROGRAM);
  let asked = 0;
  let waiting = '';
  let listen = options.listen;
  let first: { port: number; server: string } | undefined;
  let current: ChildProcess | undefined;
  const pending = new Map<number, (error?: string) => void>();

  function hear(message: Report, isBack: boolean): void {
    if (message.type === 'waiting') {
      if (message.message !== waiting) say(`waiting for the database: ${message.message}`);
      waiting = message.message;
    } else if (message.type === 'answer') {
      pending.get(message.id)?.(message.error);
      pending.delete(message.id);
    } else if (message.type === 'ready') {
      if (waiting !== '') say('the database is there');
      waiting = '';
      if (isBack) say('the control plane serves again');
    } else if (isBack) say(`the control plane cannot start: ${message.message}`);
  }

  async function start(): Promise<ChildProcess> {
    const isBack = first !== undefined;
    const log = await openLog(data.controlPlaneLog);
    const child = spawn(process.execPath, [...NODE_FLAGS, ...process.execArgv, programPath()], {
      // A session of its own: Ctrl-C is for `kedge up`, which stops the agent first.
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    await log.close();
    current = child;
    // A child that is going takes no more messages.
    child.on('error', () => {});
    child.once(
      'exit',
      guarded('control plane', () => {
        for (const settle of pending.values()) settle('the control plane ended');
        pending.clear();
      }),
    );
    const started = new Promise<{ port: number; server: string }>((resolve, reject) => {
      child.on(
        'message',
        guarded('report', (message: Report) => {
          hear(message, isBack);
          if (message.type === 'ready') resolve(message);
          if (message.type === 'failed') reject(new Error(message.message));
        }),
      );
      child.once(
        'exit',
        guarded('control plane', (code: number | null, signal: NodeJS.Signals | null) => {
          lastWords(data.controlPlaneLog).then(
            (words) => reject(new Error(`the control plane ended (${signal ?? `exit code ${code}`}): ${words}`)),
            reject,
          );
        }),
      );
    });
    started.catch(() => {});
    // On a full disk it runs all the same; only a kedge up that is killed then leaves it unknown.
    await writeFile(data.controlPlanePid, String(child.pid ?? '')).catch(() => {});
    child.send({ ...options, listen } satisfies ControlPlaneOptions);
    // Only the first start is waited for: later ones are supervised from their first moment.
    if (!isBack) {
      const onAbort = guarded('stop', () => end(child));
      signal.addEventListener('abort', onAbort, { once: true });
      first = await started
        .catch(async (error: unknown) => {
          await end(child);
          await rm(data.controlPlanePid, { force: true });
          throw error;
        })
        .finally(() => signal.removeEventListener('abort', onAbort));
      // One that was free is kept: kubeconfigs have it.
      listen = { ...listen, port: first.port };
    }
    return child;
  }

  const supervised = await supervise({
    what: 'the control plane',
    start,
    permanentCode: undefined,
    lastWords: () => lastWords(data.controlPlaneLog),
    say,
  });
  return {
    server: first!.server,
    ask: (call) =>
      new Promise((resolve, reject) => {
        const id = ++asked;
        pending.set(id, (error) => (error === undefined ? resolve() : reject(new Error(error))));
        if (current?.connected === true) current.send({ id, ...call });
        else pending.get(id)?.('the control plane is not running');
      }),
    async stop() {
      await supervised.stop();
      await rm(data.controlPlanePid, { force: true });
    },
  };
}

function programPath(): string {
  return new URL('./control-plane.ts', import.meta.url).pathname;
}
