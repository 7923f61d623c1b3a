/** The order in which `kedge up` brings a cluster to life, and takes it down again. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Config, parseEncryptionKeys, parseListen } from '../../hosts/config.ts';
import { advertiseAddress } from '../../hosts/node/advertise.ts';
import { type NodeHost, startNodeHost } from '../../hosts/node/start.ts';
import { VERSION } from '../../hosts/version.ts';
import { type DataDir, dataDirAt } from '../data-dir.ts';
import { onPath } from '../kubectl.ts';
import type { AgentProcess } from './agent-process.ts';
import { ensureServerIdentity, inClusterNames, machineNames } from './ca.ts';
import { ensureCluster } from './cluster.ts';
import { keptToken, writeKubeconfig } from './kubeconfig.ts';
import { type EmbeddedDatabase, startEmbeddedPostgres } from './postgres.ts';
import { createProgress, type Progress } from './progress.ts';
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
  host?: NodeHost;
  agent?: AgentProcess;
  database?: EmbeddedDatabase;
}

/** Resolves once everything is up; the process then lives until it is told to stop. */
export async function up(options: UpOptions): Promise<void> {
  const data = dataDirAt(options.dataDir);
  const progress = createProgress(process.stdout);
  const running: Running = {};
  await mkdir(data.root, { recursive: true, mode: 0o755 });
  await takeLock(data);
  const stop = stopOnSignal(data, running, progress);
  progress.say(`Kedge ${VERSION.gitVersion}, data in ${data.root}`);
  try {
    await bringUp(options, data, running, progress);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(options: UpOptions, data: DataDir, running: Running, progress: Progress): Promise<void> {
  const { config } = options;
  const cluster = await ensureCluster(data);
  const listen = parseListen(config.KEDGE_LISTEN);
  const serviceCIDR = config.KEDGE_SERVICE_CIDR ?? cluster.serviceCIDR;
  const advertised = config.KEDGE_ADVERTISE_ADDRESS ?? (await advertiseAddress(listen.host));
  const names = [
    ...machineNames(),
    ...inClusterNames(serviceCIDR),
    ...(isWildcard(listen.host) ? [] : [listen.host]),
    ...(advertised === undefined ? [] : [advertised]),
  ];
  const identity = await ensureServerIdentity(data.pki, [...new Set(names)], new Date());

  const databaseUrl =
    config.KEDGE_DATABASE_URL ??
    (await progress.step('starting PostgreSQL', async () => {
      running.database = await startEmbeddedPostgres(data, {
        onRestart: () => progress.say('  ! PostgreSQL had ended and was started again'),
      });
      return running.database.url;
    }));

  const keys = parseEncryptionKeys(config.KEDGE_ENCRYPTION_KEYS ?? (await encryptionKey(data)));
  const host = await progress.step('starting the API, controllers and scheduler', () =>
    startNodeHost({
      databaseUrl,
      connections: config.KEDGE_DATABASE_CONNECTIONS,
      listen,
      tls: { certificate: identity.certificate, key: identity.key },
      caCertificate: identity.caCertificate,
      advertiseAddress: advertised,
      externalUrl: config.KEDGE_EXTERNAL_URL ?? IN_CLUSTER_URL,
      encryptionKeys: keys,
      cluster: {
        serviceCIDR,
        clusterCIDR: config.KEDGE_CLUSTER_CIDR ?? cluster.clusterCIDR,
      },
      logFile: path.join(data.root, 'control-plane.log'),
      logLevel: config.KEDGE_LOG_LEVEL,
      maxTokenSeconds: config.KEDGE_SERVICE_ACCOUNT_MAX_TOKEN_EXPIRATION,
    }),
  );
  running.host = host;
  const server = `https://${isWildcard(listen.host) ? '127.0.0.1' : bracketed(listen.host)}:${host.port}`;

  const admin = { user: 'admin', groups: ['system:masters'], description: 'kedge up' };
  await writeKubeconfig(data.kubeconfig, {
    server,
    caCertificate: identity.caCertificate,
    user: 'admin',
    token: await keptToken(host, data.kubeconfig, admin),
  });
  if (options.agent) {
    const machine: JoinOptions = {
      data,
      host,
      server,
      caCertificate: identity.caCertificate,
      clusterId: cluster.id,
      clusterCIDR: config.KEDGE_CLUSTER_CIDR ?? cluster.clusterCIDR,
      nodeName: options.nodeName ?? os.hostname().toLowerCase(),
      dockerSocket: options.dockerSocket,
      install: options.install,
      progress,
    };
    running.agent = await joinThisMachine(machine);
    if (running.agent !== undefined) await waitForThisMachine(machine);
  }
  await summarise(data, server, running.agent !== undefined, progress);
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

/** One `kedge up` a data folder. A lock whose process is gone is taken over. */
async function takeLock(data: DataDir): Promise<void> {
  const pid = Number(await readFile(data.lock, 'utf8').catch(() => ''));
  if (pid > 0 && pid !== process.pid) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('cli/main.ts')) {
      throw new Error(
        `process ${pid} already runs the cluster of ${data.root} (another --data-dir starts another one)`,
      );
    }
  }
  await writeFile(data.lock, String(process.pid));
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
      await running.agent?.stop();
      await running.host?.close();
      await running.database?.stop();
      await rm(data.lock, { force: true });
    })();
    return stopping;
  };
  const onSignal = () => {
    if (stopping !== undefined) {
      if (performance.now() - since > 2_000) process.exit(1);
      return;
    }
    since = performance.now();
    progress.say(`\nStopping${running.agent === undefined ? '' : ' (pods keep running)'}`);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`kedge: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stop;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
