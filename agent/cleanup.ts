/** Takes everything of one cluster off this machine: containers, network, rules, volumes. */
import path from 'node:path';
import type { AgentConfig } from './config.ts';
import { runCommand } from './host/exec.ts';
import { listFolder } from './host/files.ts';
import { removeTree } from './host/remove.ts';
import { removeRules } from './network/iptables.ts';
import { createDockerRuntime } from './runtime/docker/runtime.ts';
import { removePodFolder } from './volumes/volumes.ts';

export async function cleanUp(config: AgentConfig): Promise<void> {
  await createDockerRuntime({ socketPath: config.dockerSocket, cluster: config.clusterId }).cleanup();
  await removeRules(runCommand, config.clusterId);
  const folder = path.join(config.dataDir, 'volumes');
  for (const uid of await listFolder(folder)) await removePodFolder(runCommand, path.join(folder, uid));
  for (const name of ['volumes', 'pods', 'objects', 'services', 'endpointslices']) {
    await removeTree(path.join(config.dataDir, name));
  }
}
