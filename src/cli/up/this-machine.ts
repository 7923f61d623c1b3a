/** Joins the machine that `kedge up` runs on as a node of its cluster. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DataDir } from '../data-dir.ts';
import { startAgent } from './agent-process.ts';
import type { ControlPlaneProcess } from './control-plane-process.ts';
import { DockerMissingError, ensureDocker } from './docker.ts';
import type { Progress } from './progress.ts';
import type { Supervised } from './supervise.ts';

export interface JoinOptions {
  data: DataDir;
  plane: Pick<ControlPlaneProcess, 'ask'>;
  clusterId: string;
  clusterCIDR: string;
  nodeName: string;
  dockerSocket: string;
  /** Whether Docker may be installed when it is missing. */
  install: boolean;
  progress: Progress;
}

const NODE_READY_WITHIN_MS = 120_000;

/**
 * Starts the agent. undefined, after saying why and what to do, when this machine cannot run pods: the API serves all
 * the same.
 */
export async function joinThisMachine(options: JoinOptions): Promise<Supervised | undefined> {
  const { data, plane, nodeName, dockerSocket, progress } = options;
  const refuse = (reason: string) => progress.say(`  ! no pods can run on this machine: ${reason}`);
  try {
    const logFile = path.join(data.root, 'dockerd.log');
    await ensureDocker({ socketPath: dockerSocket, install: options.install, logFile }, progress);
  } catch (error) {
    if (!(error instanceof DockerMissingError)) throw error;
    refuse(`${error.message} (--no-agent to silence this)`);
    return undefined;
  }
  if (process.getuid?.() !== 0) {
    refuse('the agent programs iptables and needs root (sudo npm start)');
    return undefined;
  }

  await mkdir(data.agent, { recursive: true, mode: 0o700 });
  await plane.ask({ name: 'admit', nodeName });
  const { clusterId, clusterCIDR } = options;
  return startAgent({
    data,
    nodeName,
    clusterId,
    clusterCIDR,
    dockerSocket,
    say: (line) => progress.say(`  ! ${line}`),
  });
}

/** Waits until the node is Ready; says so when that takes too long, and leaves the agent to go on trying. */
export async function waitForThisMachine(options: JoinOptions): Promise<void> {
  const { data, plane, nodeName, progress } = options;
  try {
    await progress.step(`waiting for node ${nodeName} to be Ready (log: ${data.agentLog})`, () =>
      plane.ask({ name: 'waitForNode', nodeName, milliseconds: NODE_READY_WITHIN_MS }),
    );
  } catch (error) {
    progress.say(`  ! ${error instanceof Error ? error.message : String(error)}`);
  }
}
