/** A control plane of the bench's own: an embedded PostgreSQL and `kedge up` without an agent, in a folder that goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { dataDirAt } from '../src/cli/data-dir.ts';
import { startEmbeddedPostgres } from '../src/cli/up/postgres.ts';
import { type Usage, usageOf } from './processes.ts';

export interface BenchedControlPlane {
  /** https URL */
  server: string;
  /** PEM */
  ca: string;
  token: string;
  databaseUrl: string;
  usage(): Promise<{ controlPlane: Usage; postgres: Usage }>;
  stop(): Promise<void>;
}

/** `nodeFlags`: e.g. --cpu-prof, to look into a run. */
export async function startControlPlane(nodeFlags: readonly string[] = []): Promise<BenchedControlPlane> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-bench-'));
  await chmod(folder, 0o755);
  const data = dataDirAt(path.join(folder, 'data'));
  const database = await startEmbeddedPostgres(dataDirAt(folder));
  const child = await startUp(data.root, database.url, nodeFlags);
  const config = parse(await readFile(data.kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const postmaster = Number((await readFile(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  // Beside it there is `kedge up`, which starts it and waits.
  const controlPlane = Number(await readFile(data.controlPlanePid, 'utf8'));
  return {
    server,
    ca: Buffer.from(ca, 'base64').toString(),
    token: config.users[0].user.token,
    databaseUrl: database.url,
    usage: async () => ({ controlPlane: await usageOf(controlPlane), postgres: await usageOf(postmaster) }),
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As `npm start` does. */
async function startUp(dataDir: string, databaseUrl: string, nodeFlags: readonly string[]): Promise<ChildProcess> {
  const command = ['src/cli/main.ts', 'up', '--no-agent', '--listen', '127.0.0.1:0'];
  const child = spawn(
    process.execPath,
    [...nodeFlags, ...command, '--data-dir', dataDir, '--database-url', databaseUrl],
    { cwd: path.join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready: ')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`kedge up ended with ${code}`)));
  });
  return child;
}
