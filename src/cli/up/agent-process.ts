/** The node agent as a child of `kedge up`: started, restarted when it dies, stopped without touching its pods. */
import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { DataDir } from '../data-dir.ts';
import { lastWords } from './last-words.ts';
import { endLeftover } from './leftover.ts';
import { openLog } from './open-log.ts';
import { type Supervised, supervise } from './supervise.ts';

export interface AgentOptions {
  data: DataDir;
  nodeName: string;
  clusterId: string;
  clusterCIDR: string;
  dockerSocket: string;
  say(line: string): void;
}

const PROGRAM = 'agent/main.ts';
/** agent/main.ts ends with it when only another configuration can help. */
const PERMANENT_CODE = 78;

/** An agent left behind by a control plane that was killed is replaced: two would fight over the same containers. */
export async function startAgent(options: AgentOptions): Promise<Supervised> {
  const { data } = options;
  await mkdir(data.agent, { recursive: true, mode: 0o700 });
  await endLeftover(data.agentPid, PROGRAM);
  const agent = await supervise({
    what: 'the agent',
    permanentCode: PERMANENT_CODE,
    lastWords: () => lastWords(data.agentLog),
    say: options.say,
    async start() {
      const log = await openLog(data.agentLog);
      const child = spawn(process.execPath, agentArguments(options), {
        // A session of its own: Ctrl-C is for `kedge up`, which then stops the agent in order.
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      });
      const spawned = new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      await log.close();
      await spawned;
      await writeFile(data.agentPid, String(child.pid)).catch(() => {});
      return child;
    },
  });
  return {
    pid: agent.pid,
    async stop() {
      await agent.stop();
      await rm(data.agentPid, { force: true });
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
