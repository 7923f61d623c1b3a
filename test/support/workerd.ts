/** A Worker inside the real workerd, on a port of its own. */
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Miniflare } from 'miniflare';

export interface WorkerBundle {
  file: string;
  compatibilityDate: string;
  compatibilityFlags: string[];
}

export interface RunningWorker {
  /** Where it listens, over plain HTTP, without a slash at its end. */
  url: string;
  /** Runs its cron handler; resolves to "ok", or to what went wrong. */
  runCron(): Promise<string>;
  /** What it has logged so far, its uncaught errors included. */
  logs(): string;
  stop(): Promise<void>;
}

export interface WorkerBindings {
  /** Texts: variables and secrets. */
  variables?: Record<string, string>;
  /** Hyperdrive bindings: a database URL each. */
  hyperdrives?: Record<string, string>;
}

export async function startWorker(bundle: WorkerBundle, bindings: WorkerBindings): Promise<RunningWorker> {
  let logs = '';
  const collect = (stream: Readable) => {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      logs += chunk;
    });
  };
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: await readFile(bundle.file, 'utf8') }],
    compatibilityDate: bundle.compatibilityDate,
    compatibilityFlags: bundle.compatibilityFlags,
    bindings: bindings.variables ?? {},
    hyperdrives: bindings.hyperdrives ?? {},
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      collect(stdout);
      collect(stderr);
    },
  });
  const url = (await miniflare.ready).origin;
  return {
    url,
    async runCron() {
      const worker = await miniflare.getWorker();
      return (await worker.scheduled({ cron: '* * * * *' })).outcome;
    },
    logs: () => logs,
    stop: () => miniflare.dispose(),
  };
}
