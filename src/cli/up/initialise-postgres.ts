/** Makes a PostgreSQL data folder, whole or not at all: an initdb that was killed leaves nothing that looks like one. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { guarded } from '../../meta/guard.ts';
import type { DataDir } from '../data-dir.ts';
import type { PostgresLauncher } from './postgres-launcher.ts';

export async function initialisePostgres(
  data: DataDir,
  launcher: PostgresLauncher,
  password = randomBytes(24).toString('base64url'),
): Promise<void> {
  const { owner } = launcher;
  const partial = `${data.postgres}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  if (owner !== undefined) await chown(partial, owner.uid, owner.gid);

  await writeFile(data.postgresPassword, password, { mode: 0o600 });
  // For initdb's user to read, who cannot pass the folders above it: opened here, and read through the descriptor.
  const copy = `${data.postgresPassword}.initdb`;
  await writeFile(copy, `${password}\n`, { mode: 0o600 });
  if (owner !== undefined) await chown(copy, owner.uid, owner.gid);
  const passwordFile = await open(copy, 'r');
  try {
    await runInitdb(launcher, partial, passwordFile.fd);
  } finally {
    await passwordFile.close();
    await rm(copy, { force: true });
  }
  await rename(partial, data.postgres);
}

async function runInitdb(launcher: PostgresLauncher, folder: string, passwordFd: number): Promise<void> {
  const command = launcher.command('initdb', folder, (pgdata) => [
    `--pgdata=${pgdata}`,
    '--username=kedge',
    '--auth=scram-sha-256',
    '--pwfile=/dev/fd/3',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
  ]);
  const child = spawn(command.file, command.args, {
    ...command.options,
    stdio: ['ignore', 'ignore', 'pipe', passwordFd],
  });
  let errors = '';
  child.stderr!.setEncoding('utf8').on(
    'data',
    guarded('initdb', (chunk: string) => {
      errors += chunk;
    }),
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`cannot make the PostgreSQL data folder in ${folder}: ${errors.trim()}`);
}
