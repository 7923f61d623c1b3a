/** Brings a process back that has ended, ever later while it keeps ending, and says so in a line. */
import type { ChildProcess } from 'node:child_process';
import { guarded } from '../../meta/guard.ts';

export interface SupervisedOptions {
  /** As in "the agent ended". */
  what: string;
  /** Starts it (again). A rejection counts as its end. */
  start(): Promise<ChildProcess>;
  /** The exit code by which it says that trying again soon is of no use, say because of its configuration. */
  permanentCode: number | undefined;
  /** What it said last, on one line; '' when that is unknown. */
  lastWords(): Promise<string>;
  say(line: string): void;
}

export interface Supervised {
  pid(): number | undefined;
  /** Ends it, by force after a while, and starts it no more. */
  stop(): Promise<void>;
}

const FIRST_AGAIN_MS = 1_000;
const LAST_AGAIN_MS = 60_000;
/** One that lived as long begins with the first delay again. */
const STEADY_MS = 60_000;
const PERMANENT_AGAIN_MS = 300_000;
const STOP_WITHIN_MS = 15_000;

/** Resolves when it has been started for the first time; rejects when that cannot be. */
export async function supervise(options: SupervisedOptions): Promise<Supervised> {
  let child = await options.start();
  let startedAt = performance.now();
  let delayMs = FIRST_AGAIN_MS;
  let told = '';
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;

  async function onEnd(how: string, isPermanent: boolean): Promise<void> {
    if (stopping) return;
    if (performance.now() - startedAt > STEADY_MS) {
      delayMs = FIRST_AGAIN_MS;
      told = '';
    }
    const wait = isPermanent ? PERMANENT_AGAIN_MS : delayMs;
    delayMs = Math.min(2 * delayMs, LAST_AGAIN_MS);
    // One that was killed did not know.
    const words = how.startsWith('SIG') ? '' : await options.lastWords().catch(() => '');
    const line = `${options.what} ended (${how})${words === '' ? '' : `: ${words}`}`;
    // What stays wrong is told once.
    if (!isPermanent || told !== line) options.say(`${line}; starting it again in ${wait / 1000} s`);
    told = line;
    if (!stopping) timer = setTimeout(guarded('start again', again), wait);
  }

  async function again(): Promise<void> {
    try {
      startedAt = performance.now();
      child = await options.start();
      watch();
    } catch (error) {
      await onEnd(error instanceof Error ? error.message : String(error), false);
    }
    // Stopped while it was being started.
    if (stopping) await end(child);
  }

  function watch(): void {
    const of = child;
    if (hasEnded(of)) void onEnd(`exit code ${of.exitCode}`, false);
    else {
      of.once(
        'exit',
        guarded('supervised process', (code: number | null, signal: NodeJS.Signals | null) =>
          onEnd(signal ?? `exit code ${code}`, code !== null && code === options.permanentCode),
        ),
      );
    }
  }
  watch();

  return {
    pid: () => (hasEnded(child) ? undefined : child.pid),
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await end(child);
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** SIGTERM, and what does not heed it is killed. */
export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const exited = new Promise<void>((resolve) => child.once('exit', guarded('end', resolve)));
  child.kill('SIGTERM');
  const force = setTimeout(
    guarded('end', () => child.kill('SIGKILL')),
    STOP_WITHIN_MS,
  );
  await exited;
  clearTimeout(force);
}
