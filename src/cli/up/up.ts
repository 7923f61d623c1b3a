/** The order in which `kedge up` brings a cluster to life, and takes it down again. It supervises, and does little itself. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Config, parseEncryptionKeys, parseListen } from '../../hosts/config.ts';
import { advertiseAddress, isLoopback } from '../../hosts/node/default-address.ts';
import { VERSION } from '../../hosts/version.ts';
import { guarded, onFault } from '../../meta/guard.ts';
import { type DataDir, dataDirAt } from '../data-dir.ts';
import { describeError } from '../describe-error.ts';
import { onPath } from '../kubectl.ts';
import { ensureCluster } from './cluster.ts';
import type { ControlPlaneOptions } from './control-plane-contract.ts';
import { type ControlPlaneProcess, startControlPlane } from './control-plane-process.ts';
import { type EmbeddedDatabase, startEmbeddedPostgres } from './postgres.ts';
import { createProgress, type Progress } from './progress.ts';
import type { Supervised } from './supervise.ts';
import { type JoinOptions, joinThisMachine, waitForThisMachine } from './this-machine.ts';

export interface UpOptions {
  config: Config;
  dataDir: string;
  install: boolean;
  agent: boolean;
  nodeName?: string;
  dockerSocket: string;
}

/** kubeadm's issuer, which unlike the address that is listened on never changes: moving the port revokes no token. */
const IN_CLUSTER_URL = 'https://kubernetes.default.svc.cluster.local';

interface Running {
  stopping: AbortController;
  database?: EmbeddedDatabase;
  /** Settles soon once `stopping` is aborted. */
  plane?: Promise<ControlPlaneProcess>;
  agent?: Supervised;
}

/** Resolves once everything is up; the process then lives until it is told to stop. */
export async function up(options: UpOptions): Promise<void> {
  const data = dataDirAt(options.dataDir);
  const progress = createProgress(process.stdout);
  const running: Running = { stopping: new AbortController() };
  await makeDataFolder(data);
  await takeLock(data);
  const stop = stopOnSignal(data, running, progress);
  progress.say(`Kedge ${VERSION.gitVersion}, data in ${data.root}`);
  try {
    await bringUp(options, data, running, progress);
  } catch (error) {
    // Told to stop meanwhile: what that interrupted is no failure.
    if (running.stopping.signal.aborted) return;
    await stop();
    throw error;
  }
}

async function bringUp(options: UpOptions, data: DataDir, running: Running, progress: Progress): Promise<void> {
  const { config } = options;
  const cluster = await ensureCluster(data);
  const listen = parseListen(config.KEDGE_LISTEN);
  const encryptionKeys = config.KEDGE_ENCRYPTION_KEYS ?? (await encryptionKey(data));
  // Said before anything is started.
  parseEncryptionKeys(encryptionKeys);
  const clusterCIDR = config.KEDGE_CLUSTER_CIDR ?? cluster.clusterCIDR;
  const { signal } = running.stopping;
  onFault((where, error) => progress.say(`  ! a handler failed (${where}): ${describeError(error)}`));

  const databaseUrl =
    config.KEDGE_DATABASE_URL ??
    (await progress.step('starting PostgreSQL', async () => {
      running.database = await startEmbeddedPostgres(data, { say: (line) => progress.say(`  ! ${line}`) });
      return running.database.url;
    }));
  signal.throwIfAborted();

  const planeOptions: ControlPlaneOptions = {
    data,
    databaseUrl,
    connections: config.KEDGE_DATABASE_CONNECTIONS,
    listen,
    advertiseAddress: config.KEDGE_ADVERTISE_ADDRESS ?? (await advertiseAddress(listen.host)),
    externalUrl: config.KEDGE_EXTERNAL_URL ?? IN_CLUSTER_URL,
    encryptionKeys,
    serviceCIDR: config.KEDGE_SERVICE_CIDR ?? cluster.serviceCIDR,
    clusterCIDR,
    logLevel: config.KEDGE_LOG_LEVEL,
    maxTokenSeconds: config.KEDGE_SERVICE_ACCOUNT_MAX_TOKEN_EXPIRATION,
  };
  const plane = await progress.step('starting the API, controllers and scheduler', () => {
    running.plane = startControlPlane(planeOptions, signal, (line) => progress.say(`  ! ${line}`));
    return running.plane;
  });
  signal.throwIfAborted();

  if (options.agent) {
    if (config.KEDGE_ADVERTISE_ADDRESS === undefined && isLoopback(listen.host)) {
      progress.say(
        `  ! pods cannot reach the API, which listens on ${listen.host} alone: --listen 0.0.0.0:${listen.port} lets them`,
      );
    }
    const machine: JoinOptions = {
      data,
      plane,
      clusterId: cluster.id,
      clusterCIDR,
      nodeName: options.nodeName ?? os.hostname().toLowerCase(),
      dockerSocket: options.dockerSocket,
      install: options.install,
      progress,
    };
    running.agent = await joinThisMachine(machine);
    if (running.agent !== undefined) await waitForThisMachine(machine);
  }
  signal.throwIfAborted();
  await summarise(data, plane.server, running.agent !== undefined, progress);
}

async function encryptionKey(data: DataDir): Promise<string> {
  try {
    return (await readFile(data.encryptionKey, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = `local:${randomBytes(32).toString('base64')}`;
  await writeFile(data.encryptionKey, `${key}\n`, { mode: 0o600 });
  return key;
}

async function summarise(data: DataDir, server: string, hasPods: boolean, progress: Progress): Promise<void> {
  const hasKubectl = await onPath('kubectl');
  const kubectl = hasKubectl ? 'kubectl' : 'npx kedge kubectl';
  progress.say(`
Ready: ${server}

  export KUBECONFIG=${data.kubeconfig}
  ${kubectl} get nodes -o wide
  ${kubectl} apply -f examples/hello.yaml
${hasKubectl ? '' : '\nThere is no kubectl on the PATH: `npx kedge kubectl …` runs the pinned kubectl 1.35.\n'}
Ctrl-C stops the control plane${hasPods ? '; pods keep running' : ''}. Starting again finds everything as it is.`);
}

async function makeDataFolder(data: DataDir): Promise<void> {
  try {
    await makeFolder(data.root);
    await access(data.root, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`cannot write to the data folder ${data.root} (${code}): choose another with --data-dir`);
  }
}

/** Node's recursive mkdir tries for ever where the system says that what is there is not, as below /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o755 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await mkdir(folder, { mode: 0o755 });
  }
}

/** One `kedge up` a data folder. A lock whose process is gone is taken over. */
async function takeLock(data: DataDir): Promise<void> {
  const [pid = '', startedAt] = (await readFile(data.lock, 'utf8').catch(() => '')).trim().split(' ');
  if (Number(pid) > 0 && Number(pid) !== process.pid) {
    const holder = await startTimeOf(pid);
    // Older versions wrote the number alone.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (holder !== undefined && (startedAt === undefined ? command.includes('cli/main.ts') : holder === startedAt)) {
      throw new Error(
        `process ${pid} already runs the cluster of ${data.root} (another --data-dir starts another one)`,
      );
    }
  }
  await writeFile(data.lock, `${process.pid} ${(await startTimeOf(String(process.pid))) ?? ''}`.trim());
}

/** In ticks since the machine started: numbers of processes are reused, but not within a tick. */
async function startTimeOf(pid: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The command may hold spaces and parentheses: fields count from behind the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  // One that has ended, and whose parent has not read that yet, holds nothing.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/**
 * Ends in order at SIGINT or SIGTERM: agent, API, database. A terminal and npm both pass Ctrl-C on, so only a second one
 * that comes later than a moment means impatience.
 */
function stopOnSignal(data: DataDir, running: Running, progress: Progress): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  let since = 0;
  const stop = () => {
    stopping ??= (async () => {
      running.stopping.abort();
      await running.agent?.stop();
      const plane = await running.plane?.catch(() => undefined);
      await plane?.stop();
      await running.database?.stop();
      await rm(data.lock, { force: true });
    })();
    return stopping;
  };
  const onSignal = guarded('signal', () => {
    if (stopping !== undefined) {
      if (performance.now() - since > 2_000) process.exit(1);
      return;
    }
    since = performance.now();
    progress.say(`\nStopping${running.agent === undefined ? '' : ' (pods keep running)'}`);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`kedge: ${describeError(error)}`);
        process.exit(1);
      },
    );
  });
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stop;
}
