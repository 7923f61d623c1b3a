/** The node agent as a child of `kedge up`: started, restarted when it dies, stopped without touching its pods. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import type { DataDir } from '../data-dir.ts';

export interface AgentOptions {
  data: DataDir;
  nodeName: string;
  clusterId: string;
  clusterCIDR: string;
  dockerSocket: string;
  onExit(message: string): void;
}

export interface AgentProcess {
  stop(): Promise<void>;
}

const RESTART_AFTER_MS = 1_000;
const STOP_WITHIN_MS = 10_000;

/** An agent left behind by a control plane that was killed is replaced: two would fight over the same containers. */
export async function startAgent(options: AgentOptions): Promise<AgentProcess> {
  await mkdir(options.data.agent, { recursive: true, mode: 0o700 });
  await endLeftover(options.data.agentPid);
  let stopping = false;
  let child: ChildProcess;
  let timer: NodeJS.Timeout | undefined;

  const start = async () => {
    const log = await open(options.data.agentLog, 'a');
    child = spawn(process.execPath, agentArguments(options), {
      // A session of its own: Ctrl-C is for `kedge up`, which then stops the agent in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
    await writeFile(options.data.agentPid, String(child.pid ?? ''));
    child.once('exit', (code, signal) => {
      if (stopping) return;
      options.onExit(
        `the agent ended (${signal ?? `exit code ${code}`}), starting it again; see ${options.data.agentLog}`,
      );
      timer = setTimeout(() => void start(), RESTART_AFTER_MS);
    });
  };
  await start();

  return {
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (child.exitCode === null && child.signalCode === null) {
        const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
        await exited;
        clearTimeout(force);
      }
      await rm(options.data.agentPid, { force: true });
    },
  };
}

function agentArguments(options: AgentOptions): string[] {
  return [
    new URL('../../../agent/main.ts', import.meta.url).pathname,
    '--kubeconfig',
    options.data.agentKubeconfig,
    '--data-dir',
    options.data.agent,
    '--node-name',
    options.nodeName,
    '--cluster-id',
    options.clusterId,
    '--cluster-cidr',
    options.clusterCIDR,
    '--docker-socket',
    options.dockerSocket,
  ];
}

async function endLeftover(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0 || !(await isAgent(pid))) return;
  process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (await isAgent(pid)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Process numbers are reused: only a command line that runs agent/main.ts is ours to end. */
async function isAgent(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('agent/main.ts');
}
