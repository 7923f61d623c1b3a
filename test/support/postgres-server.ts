/** A real PostgreSQL for tests and benchmarks, on a free port, with its data in a temporary folder. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDirAt } from '../../src/cli/data-dir.ts';
import { startDetached, stopServer } from '../../src/cli/up/postgres.ts';
import { freePort } from './free-port.ts';

export interface TestServer {
  /** With no database in its path. */
  url: string;
  /** Stops the server and keeps its data, as an outage does; `resume` starts it again on the same port. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** kill -9 of the server, or of one of the processes of its connections, for which it ends them all and recovers. */
  kill(pid?: number): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

const RESUME_WITHIN_MS = 30_000;

export interface TestServerOptions {
  /** Waits for the disk at each commit, as production does; for benchmarks. Default false. */
  durable?: boolean;
}

/** Starts an empty server, run as `kedge up` runs its own: also from a clone that its user cannot pass. */
export async function startPostgres(options: TestServerOptions = {}): Promise<TestServer> {
  const settings = ['max_connections=300'];
  if (options.durable !== true) settings.push('fsync=off', 'full_page_writes=off');
  const directory = await mkdtemp(join(tmpdir(), 'kedge-postgres-'));
  const data = dataDirAt(directory);
  const port = await freePort();
  const start = () => startDetached(data, port, { password: 'kedge', settings });
  try {
    await start();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  /** What the one before left behind must have ended. */
  async function resume(): Promise<void> {
    for (const deadline = performance.now() + RESUME_WITHIN_MS; ; ) {
      try {
        await start();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  return {
    url: `postgres://kedge:kedge@127.0.0.1:${port}`,
    pause: () => stopServer(data),
    resume,
    kill: async (pid) => {
      const [first] = (await readFile(join(data.postgres, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(pid ?? Number(first), 'SIGKILL');
    },
    stop: async () => {
      await stopServer(data);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
