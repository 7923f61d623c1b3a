/** A whole cluster as a user starts one: `kedge up` in a process of its own, driven by the real kubectl. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DataDir, dataDirAt } from '../../src/cli/data-dir.ts';
import { pinnedTool, toolsFolder } from '../../src/cli/kubectl.ts';
import { freePort } from './free-port.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const READY_WITHIN_MS = 180_000;

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface TestCluster {
  url: string;
  dataDir: DataDir;
  nodeName: string;
  /** Names everything of the cluster on this machine. Known once it has been started. */
  id(): Promise<string>;
  /** What `kedge up` has printed so far. */
  output(): string;
  /** Runs kubectl; throws with its stderr when it fails. Returns stdout. */
  kubectl(...args: string[]): Promise<string>;
  /** Runs kubectl, with standard input, and returns however it ends. */
  tryKubectl(args: string[], input?: string, env?: Record<string, string>): Promise<CommandResult>;
  get<T>(...args: string[]): Promise<T>;
  /** Starts a kubectl that goes on by itself (logs -f, get -w). */
  follow(...args: string[]): { output(): string; ended: Promise<number> };
  /** Ids of this cluster's running app containers of that name (or of all), by docker ps. */
  containers(name?: string, podUid?: string): Promise<string[]>;
  /** kill -9 of the control plane's process, which `kedge up` starts again; agent and database live on. */
  killControlPlane(): Promise<void>;
  /** kill -9 of `kedge up` itself; the control plane ends with it, agent and database live on. */
  killSupervisor(): Promise<void>;
  /** Starts `kedge up` (again) and waits until it says that it is ready. */
  start(): Promise<void>;
  /** Ctrl-C, and waits for the end. Returns the exit code. */
  stop(): Promise<number>;
  /** Stops, and removes everything from the machine. */
  remove(): Promise<void>;
}

export async function createCluster(flags: readonly string[] = []): Promise<TestCluster> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-e2e-'));
  const dataDir = dataDirAt(path.join(folder, 'data'));
  // PostgreSQL runs as another user and must be able to reach its folder.
  await run('chmod', ['755', folder]);
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const kubectl = await pinnedTool('kubectl', toolsFolder());
  let child: ChildProcess | undefined;
  let printed = '';

  const tryKubectl = (args: string[], input?: string, env: Record<string, string> = {}) =>
    run(kubectl, args, { KUBECONFIG: dataDir.kubeconfig, ...env }, input);

  const cluster: TestCluster = {
    url,
    dataDir,
    nodeName: os.hostname().toLowerCase(),
    id: () => clusterId(dataDir),
    output: () => printed,
    tryKubectl,
    async kubectl(...args) {
      const result = await tryKubectl(args);
      if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr || result.stdout}`);
      return result.stdout;
    },
    async get<T>(...args: string[]) {
      return JSON.parse(await cluster.kubectl('get', ...args, '-o', 'json')) as T;
    },
    async containers(name, podUid) {
      const labels = [
        `kedge.dev/cluster=${await clusterId(dataDir)}`,
        name === undefined ? 'io.kubernetes.container.name' : `io.kubernetes.container.name=${name}`,
        ...(podUid === undefined ? [] : [`io.kubernetes.pod.uid=${podUid}`]),
      ];
      const { stdout } = await run('docker', [
        'ps',
        '-q',
        '--no-trunc',
        ...labels.flatMap((label) => ['--filter', `label=${label}`]),
      ]);
      return stdout
        .split('\n')
        .filter((id) => id !== '')
        .sort();
    },
    follow(...args) {
      const child = spawn(kubectl, args, { env: { ...process.env, KUBECONFIG: dataDir.kubeconfig } });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      return {
        output: () => text,
        ended: new Promise((resolve) => child.once('close', (code) => resolve(code ?? -1))),
      };
    },
    async start() {
      const from = printed.length;
      const started = spawn(
        process.execPath,
        [path.join(ROOT, 'src/cli/main.ts'), 'up', '--listen', `0.0.0.0:${port}`, '--data-dir', dataDir.root, ...flags],
        { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
      );
      child = started;
      await new Promise<void>((resolve, reject) => {
        const failed = setTimeout(
          () => reject(new Error(`not ready in time:\n${printed.slice(from)}`)),
          READY_WITHIN_MS,
        );
        const settle = (action: () => void) => {
          clearTimeout(failed);
          action();
        };
        for (const stream of [started.stdout, started.stderr]) {
          stream?.setEncoding('utf8').on('data', (text: string) => {
            printed += text;
            if (printed.slice(from).includes('\nReady: ')) settle(resolve);
          });
        }
        started.once('exit', (code) =>
          settle(() => reject(new Error(`kedge up ended with ${code}:\n${printed.slice(from)}`))),
        );
      });
    },
    async stop() {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null)
        return running?.exitCode ?? 0;
      const exited = new Promise<number>((resolve) => running.once('exit', (code) => resolve(code ?? -1)));
      running.kill('SIGINT');
      return exited;
    },
    async killControlPlane() {
      process.kill(Number(await readFile(dataDir.controlPlanePid, 'utf8')), 'SIGKILL');
    },
    async killSupervisor() {
      const running = child;
      if (running === undefined) throw new Error('not started');
      const exited = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.kill('SIGKILL');
      await exited;
    },
    async remove() {
      await cluster.stop();
      const id = await clusterId(dataDir).catch(() => undefined);
      if (id === undefined) return;
      const cleanup = await run(process.execPath, [
        path.join(ROOT, 'agent/main.ts'),
        'cleanup',
        '--cluster-id',
        id,
        '--data-dir',
        dataDir.agent,
      ]);
      if (cleanup.code !== 0) throw new Error(`cleanup failed: ${cleanup.stderr}`);
      // A test may have given it a disk of its own.
      await run('umount', ['--lazy', dataDir.root]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return cluster;
}

async function clusterId(dataDir: DataDir): Promise<string> {
  return (JSON.parse(await readFile(dataDir.cluster, 'utf8')) as { id: string }).id;
}

/** Runs a program to its end; never throws for its exit code. */
export function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  input?: string,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
