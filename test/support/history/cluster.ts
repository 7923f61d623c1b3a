/** Two control planes in processes of their own on one PostgreSQL, and a way to fail between and in all of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeHostOptions } from '../../../src/hosts/node/start.ts';
import type { Serving } from '../control-plane-process.ts';
import { freePort } from '../free-port.ts';
import { startPostgres, type TestServer } from '../postgres-server.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';

const SCRIPT = fileURLToPath(new URL('../control-plane-process.ts', import.meta.url));
const START_WITHIN_MS = 60_000;

export interface Plane {
  /** By way of its proxy. */
  url: string;
  /** Between clients and it. */
  front: TcpProxy;
  /** Between it and PostgreSQL. */
  back: TcpProxy;
  /** Resolves when it serves, however often it has to be started for that. */
  serves(): Promise<void>;
  /** kill -9. It is started again at once. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT */
  freeze(): void;
  thaw(): void;
  /** How often it ended by itself. */
  deaths(): number;
}

export interface FaultyCluster {
  postgres: TestServer;
  /** PEM */
  ca: string;
  /** Of an administrator of root. */
  token: string;
  planes: readonly Plane[];
  /** The end of each control plane's log. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

export async function startFaultyCluster(): Promise<FaultyCluster> {
  const postgres = await startPostgres();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-history-'));
  let serving: Serving | undefined;
  const stops: (() => Promise<void>)[] = [];
  const logFiles: string[] = [];

  async function startPlane(name: string): Promise<Plane> {
    const port = await freePort();
    const back = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(postgres.url).port) });
    const front = await startTcpProxy({ host: '127.0.0.1', port });
    const logFile = path.join(folder, `${name}.log`);
    logFiles.push(logFile);
    const database = new URL(`${postgres.url}/postgres`);
    database.port = String(back.port);
    const options: Omit<NodeHostOptions, 'encryptionKeys'> = {
      databaseUrl: database.href,
      connections: 10,
      listen: { host: '127.0.0.1', port },
      names: ['127.0.0.1'],
      advertiseAddress: undefined,
      externalUrl: 'https://kubernetes.default.svc',
      cluster: { serviceCIDR: '10.96.0.0/16', clusterCIDR: '10.244.0.0/16' },
      logFile,
      logLevel: 'warn',
    };
    let child: ChildProcess | undefined;
    let said = '';
    let ready = Promise.withResolvers<void>();
    let isKilled = false;
    let isOver = false;
    let deaths = 0;

    function begin(): void {
      const started = spawn(process.execPath, [SCRIPT, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
      child = started;
      isKilled = false;
      said = '';
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4000);
      });
      started.stdout.setEncoding('utf8').once('data', (line: string) => {
        serving = JSON.parse(line) as Serving;
        ready.resolve();
      });
      started.once('exit', () => {
        if (isOver) return;
        if (!isKilled) deaths++;
        ready = Promise.withResolvers<void>();
        setTimeout(begin, 200);
      });
    }
    begin();
    stops.push(async () => {
      isOver = true;
      front.unblock();
      back.unblock();
      if (child !== undefined && child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      await Promise.all([front.stop(), back.stop()]);
    });
    return {
      url: `https://127.0.0.1:${front.port}`,
      front,
      back,
      async serves() {
        const deadline = performance.now() + START_WITHIN_MS;
        for (let served = false; !served; ) {
          const tick = new Promise<false>((resolve) => setTimeout(() => resolve(false), 100));
          served = await Promise.race([ready.promise.then(() => true), tick]);
          if (!served && performance.now() > deadline) throw new Error(`${name} does not start: ${said}`);
        }
      },
      async kill() {
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        isKilled = true;
        child.kill('SIGKILL');
        await exited;
      },
      freeze: () => void child?.kill('SIGSTOP'),
      thaw: () => void child?.kill('SIGCONT'),
      deaths: () => deaths,
    };
  }

  const cluster: FaultyCluster = {
    postgres,
    ca: '',
    token: '',
    planes: [],
    async logs() {
      const texts = await Promise.all(logFiles.map((file) => readFile(file, 'utf8').catch(() => '')));
      return texts.map((text, index) => `${logFiles[index]}:\n${text.slice(-6000)}`).join('\n');
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    cluster.planes = await Promise.all([startPlane('one'), startPlane('two')]);
    await Promise.all(cluster.planes.map((plane) => plane.serves()));
    Object.assign(cluster, serving);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}
