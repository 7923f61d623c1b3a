/**
 * The embedded PostgreSQL of a data folder. It runs under pg_ctl in a session of its own, so that Ctrl-C reaches it only
 * after the control plane has finished, and so that a control plane killed outright finds it again.
 */
import { spawn } from 'node:child_process';
import { access, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { guarded } from '../../meta/guard.ts';
import type { DataDir } from '../data-dir.ts';
import { describeError } from '../describe-error.ts';
import { initialisePostgres } from './initialise-postgres.ts';
import { openLog } from './open-log.ts';
import { findLauncher } from './postgres-launcher.ts';

export interface EmbeddedDatabase {
  url: string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Default: any free port. */
  port?: number;
  /** Told when the server was found dead: that it has been started again, or why not. */
  say?(line: string): void;
}

/** The postmaster is not our child, so its death is seen by asking the kernel; nothing is asked of the database. */
const CHECK_EVERY_MS = 1_000;
const STOP_WITHIN_MS = 60_000;
const LAST_TRY_AGAIN_MS = 30_000;
const REAPED_WITHIN_MS = 5_000;

/** Makes the data folder when there is none, starts the server unless it already runs, and keeps it running. */
export async function startEmbeddedPostgres(data: DataDir, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  let running = await findServer(data);
  if (running === undefined) running = await startDetached(data, options.port ?? (await freePort()));
  const { port } = running;

  let checking: Promise<void> | undefined;
  let delayMs = 0;
  let notBefore = 0;
  const say = options.say ?? ((line: string) => console.error(`kedge: ${line}`));
  const check = async () => {
    if (performance.now() < notBefore || (await findServer(data)) !== undefined) return;
    // Recovery may take long, and a full disk lasts: ever later.
    delayMs = Math.min(Math.max(2 * delayMs, CHECK_EVERY_MS), LAST_TRY_AGAIN_MS);
    notBefore = performance.now() + delayMs;
    await startDetached(data, port);
    delayMs = 0;
    say('PostgreSQL had ended and was started again');
  };
  const again = guarded('postgres check', () => {
    checking ??= check()
      .catch((error: unknown) => say(describeError(error)))
      .finally(() => {
        checking = undefined;
      });
  });
  const timer = setInterval(again, CHECK_EVERY_MS);

  return {
    url: await embeddedPostgresUrl(data),
    stop: async () => {
      clearInterval(timer);
      await checking;
      await stopServer(data);
    },
  };
}

/** The address of a running embedded PostgreSQL. Throws when none runs in this data folder. */
export async function embeddedPostgresUrl(data: DataDir): Promise<string> {
  try {
    const password = (await readFile(data.postgresPassword, 'utf8')).trim();
    return `postgres://kedge:${password}@127.0.0.1:${(await readPostmaster(data)).port}/postgres`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`no embedded PostgreSQL runs in ${data.root}; start the cluster, or give --database-url`);
  }
}

/**
 * shared_buffers 128 MB is PostgreSQL's default, enough for the 100,000 objects of a large cluster; the agent and the
 * pods share this machine. Connections only by loopback, with a password: no socket folder is needed.
 */
const SETTINGS = ['max_connections=100', 'max_wal_size=1GB'];

/** `password` is that of a data folder which is made by this. */
export async function startDetached(
  data: DataDir,
  port: number,
  { password, settings: others = SETTINGS }: { password?: string; settings?: readonly string[] } = {},
): Promise<Postmaster> {
  await waitForEnd(data);
  const launcher = await findLauncher(data);
  if (!(await exists(path.join(data.postgres, 'PG_VERSION')))) await initialisePostgres(data, launcher, password);
  const settings = [
    `-p ${port}`,
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...others].map((setting) => `-c ${setting}`),
  ];
  const command = launcher.command('pg_ctl', data.postgres, (folder) => [
    ...['-D', folder, '--silent', '-w', '-t', '60', '-o', settings.join(' '), 'start'],
  ]);
  // Opened here and passed on: the server's user may not reach it by its path.
  const log = await openLog(data.postgresLog);
  try {
    const from = (await log.stat()).size;
    const child = spawn(command.file, command.args, {
      ...command.options,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', resolve);
    });
    const started = code === 0 ? await findServer(data) : undefined;
    if (started !== undefined) return started;
    throw new Error(`PostgreSQL did not start: ${await complaint(data, from)} (log: ${data.postgresLog})`);
  } finally {
    await log.close();
  }
}

/** What the server said as it gave up, on one line. */
async function complaint(data: DataDir, from: number): Promise<string> {
  const lines = (await readFile(data.postgresLog)).subarray(from).toString().trim().split('\n');
  const fatal = lines.filter((line) => /\b(FATAL|PANIC|DETAIL|HINT): /.test(line)).slice(-3);
  return (fatal.length > 0 ? fatal : lines.slice(-3)).map((line) => line.trim()).join('; ');
}

export interface Postmaster {
  pid: number;
  port: number;
}

/** The lines of postmaster.pid are part of PostgreSQL's documented layout: the first is the process, the fourth the port. */
async function readPostmaster(data: DataDir): Promise<Postmaster> {
  const lines = (await readFile(path.join(data.postgres, 'postmaster.pid'), 'utf8')).split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

/**
 * The server that runs in this folder. A file left by one that was killed names a process that is gone, or after a reboot
 * another program's: the postmaster's working folder is its data folder, whatever it is called in its mount namespace.
 */
async function findServer(data: DataDir): Promise<Postmaster | undefined> {
  const named = await readPostmaster(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (named === undefined || !(named.pid > 0) || !isAlive(named.pid)) return undefined;
  if (process.platform !== 'linux') return named;
  const [itsFolder, folder] = await Promise.all([
    stat(`/proc/${named.pid}/cwd`).catch(() => undefined),
    stat(data.postgres),
  ]);
  return itsFolder?.ino === folder.ino && itsFolder.dev === folder.dev ? named : undefined;
}

/** A server that was killed keeps its number until its parent has read its end; a new one takes it for alive till then. */
async function waitForEnd(data: DataDir): Promise<void> {
  const deadline = performance.now() + REAPED_WITHIN_MS;
  const isEnding = async () => {
    const named = await readPostmaster(data).catch(() => undefined);
    if (named === undefined || !(named.pid > 0)) return false;
    return /^\d+ \(.*\) [ZX] /s.test(await readFile(`/proc/${named.pid}/stat`, 'utf8').catch(() => ''));
  };
  while ((await isEnding()) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** As pg_ctl stop -m fast does: SIGINT ends sessions, writes a checkpoint and then the server. */
export async function stopServer(data: DataDir): Promise<void> {
  const server = await findServer(data);
  if (server === undefined) return;
  process.kill(server.pid, 'SIGINT');
  const deadline = performance.now() + STOP_WITHIN_MS;
  while ((await findServer(data)) !== undefined) {
    if (performance.now() > deadline) throw new Error(`PostgreSQL (process ${server.pid}) does not stop`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
