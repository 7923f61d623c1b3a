/**
 * How PostgreSQL's programs are run. They refuse to run as root, so root runs them as another user, who can often pass
 * neither the folder of the programs nor that of the data: a clone below /root is behind mode 0700. Nobody's folder is
 * opened for that. The programs get a mount namespace of their own, in which both folders are bound to a place that
 * everyone can reach, and which ends with the last of them; the rest of the machine sees no mount.
 */
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DataDir } from '../data-dir.ts';
import { copyPrograms, installedPrograms, isForEveryone } from './postgres-programs.ts';

const run = promisify(execFile);

export interface Owner {
  uid: number;
  gid: number;
}

export interface Command {
  file: string;
  args: string[];
  options: { uid?: number; gid?: number; cwd: string };
}

export interface PostgresLauncher {
  /** Whom the data must belong to; undefined: whoever runs this. */
  owner: Owner | undefined;
  /** How to run one of bin/'s programs with a data folder; `args` is given the folder's path as the program sees it. */
  command(program: 'initdb' | 'pg_ctl', dataFolder: string, args: (dataFolder: string) => string[]): Command;
}

/** Places that may be covered, in the namespace only: PostgreSQL needs nothing below them. */
const COVERED = ['/mnt', '/media', '/opt', '/srv'];

/**
 * $1 the covered place, $2 programs, $3 data, $4 user, $5 group, then the command. --propagation slave: what the machine
 * unmounts is let go of here too.
 */
const IN_NAMESPACE = `set -e
place=$1 programs=$2 data=$3 user=$4 group=$5; shift 5
mount -t tmpfs -o mode=0755,size=1m kedge "$place"
mkdir "$place/programs" "$place/data"
mount --bind "$programs" "$place/programs"
mount --bind "$data" "$place/data"
exec setpriv --reuid "$user" --regid "$group" --clear-groups -- "$@"`;

/**
 * Finds the way that works here, for a data folder in which no server runs. Throws an Error that says what to do where
 * there is none.
 */
export async function findLauncher(data: DataDir): Promise<PostgresLauncher> {
  const installed = await installedPrograms();
  const owner = process.getuid?.() === 0 ? await ownerOf(data) : undefined;
  if (owner === undefined) return direct(installed, undefined);

  const [programsReached, dataReached] = await Promise.all([
    canRun(installed, owner),
    passes(['-x', data.root], owner),
  ]);
  if (programsReached && dataReached) return direct(installed, owner);
  // Bound, the folders above no longer count; the modes within still do.
  const useInstalled = programsReached || (!dataReached && (await isForEveryone(installed)));
  const programs = useInstalled ? installed : await copyPrograms(installed, data);
  if (dataReached) return direct(programs, owner);
  return inNamespace(programs, owner, data);
}

function direct(programs: string, owner: Owner | undefined): PostgresLauncher {
  return {
    owner,
    command: (program, dataFolder, args) => ({
      file: path.join(programs, 'bin', program),
      args: args(dataFolder),
      options: { cwd: '/', ...owner },
    }),
  };
}

async function inNamespace(programs: string, owner: Owner, data: DataDir): Promise<PostgresLauncher> {
  const root = await realpath(data.root);
  const place = await placeToCover([programs, root]);
  const wrap = (folder: string, command: string[]): Command => ({
    file: 'unshare',
    args: [
      ...['--mount', '--propagation', 'slave', '--', 'sh', '-c', IN_NAMESPACE, 'kedge'],
      ...[place, programs, folder, String(owner.uid), String(owner.gid), ...command],
    ],
    options: { cwd: '/' },
  });
  const trial = wrap(root, [`${place}/programs/bin/postgres`, '--version']);
  try {
    await run(trial.file, trial.args, trial.options);
  } catch (error) {
    const { code, stderr } = error as ExecFileException;
    const reason = code === 'ENOENT' ? 'there is no unshare (util-linux)' : (stderr ?? String(error)).trim();
    throw new Error(
      `the database runs as the user ${owner.uid}, who cannot pass the folders above ${data.root}, and no mount can be made ` +
        `for it here (${reason.replaceAll('\n', '; ')}): choose --data-dir where everyone may pass, for example ` +
        '--data-dir /var/lib/kedge/data, or give --database-url with a PostgreSQL of yours',
    );
  }
  return {
    owner,
    command: (program, dataFolder, args) =>
      wrap(dataFolder, [`${place}/programs/bin/${program}`, ...args(`${place}/data`)]),
  };
}

async function placeToCover(needed: readonly string[]): Promise<string> {
  for (const place of COVERED) {
    const isFolder = await stat(place).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder && !needed.some((folder) => `${folder}/`.startsWith(`${place}/`))) return place;
  }
  // A machine without any of them is a bare container's; its own place then.
  await mkdir('/run/kedge', { recursive: true });
  return '/run/kedge';
}

async function canRun(programs: string, owner: Owner): Promise<boolean> {
  const command = path.join(programs, 'bin', 'postgres');
  const runs = run(command, ['--version'], { cwd: '/', ...owner }).then(
    () => true,
    () => false,
  );
  return (await isForEveryone(programs)) && runs;
}

/** Whether the user can do what test(1) is asked. */
async function passes(test: string[], owner: Owner): Promise<boolean> {
  return run('test', test, { cwd: '/', ...owner }).then(
    () => true,
    () => false,
  );
}

/** The owner of data that are there (made with sudo and without, or copied from another machine), else `postgres`. */
async function ownerOf(data: DataDir): Promise<Owner> {
  const existing = await stat(data.postgres).catch(() => undefined);
  if (existing !== undefined && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  const known = async () => ({ uid: await id('-u'), gid: await id('-g') });
  return known().catch(async () => {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]);
      return await known();
    } catch (error) {
      throw new Error(
        'the database does not run as root, and the user postgres cannot be made: make it (useradd --system postgres), ' +
          'or give --database-url with a PostgreSQL of yours',
        { cause: error },
      );
    }
  });
}
