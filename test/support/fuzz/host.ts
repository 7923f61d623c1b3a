/** The processes of a campaign, from the side of who started them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Measured, Stall } from './host-process.ts';

export interface FuzzedHost {
  url: string;
  ca: string;
  token: string;
  /** Turns of the event loop over 100 ms, as they were told so far. */
  stalls: readonly Stall[];
  measure(): Promise<Measured>;
  /** Lines of the log that speak of an error in the code itself. */
  faults(): Promise<string[]>;
  stop(): Promise<void>;
  /** Whether the process ended by itself. */
  dead(): boolean;
}

interface Told {
  started?: { url: string; ca: string; token: string; logFile: string };
  stall?: Stall;
  id?: number;
  measured?: Measured;
}

export async function startFuzzedHost(databaseUrl: string): Promise<FuzzedHost> {
  const child = fork(script('host-process.ts'), [databaseUrl], { execArgv: ['--expose-gc'] });
  const stalls: Stall[] = [];
  const waiting = new Map<number, (measured: Measured) => void>();
  let asked = 0;
  const started = await new Promise<NonNullable<Told['started']>>((resolve, reject) => {
    child.on('message', (told: Told) => {
      if (told.started !== undefined) resolve(told.started);
      if (told.stall !== undefined) stalls.push(told.stall);
      if (told.measured !== undefined) waiting.get(told.id!)?.(told.measured);
    });
    child.on('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
  return {
    ...started,
    stalls,
    measure() {
      const id = ++asked;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        child.send({ measure: id });
      });
    },
    async faults() {
      const lines = (await readFile(started.logFile, 'utf8')).split('\n');
      return lines.filter((line) => /"type":"(Type|Range|Reference|Syntax)Error"/.test(line));
    },
    stop: () => end(child, { stop: true }),
    dead: () => child.exitCode !== null || child.signalCode !== null,
  };
}

export interface Probed {
  /** How often /livez was asked, and milliseconds. */
  count: number;
  p50: number;
  p99: number;
  max: number;
  over200: number;
}

/** Begins at once; what is returned ends it. */
export function startProbe(url: string, ca: string): () => Promise<Probed> {
  const child = fork(script('probe-process.ts'), [url, ca], { execArgv: [] });
  const told = once(child, 'message').then(([message]) => (message as { probed: Probed }).probed);
  told.catch(() => {}); // Whoever ends it hears of it.
  return () => {
    if (child.connected) child.send('end');
    return told;
  };
}

async function end(child: ChildProcess, message: object): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.send(message);
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
