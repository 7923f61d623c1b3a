/** Takes everything of one cluster off this machine: containers, network, rules, volumes. */
import path from 'node:path';
import type { AgentConfig } from './config.ts';
import { runCommand } from './host/exec.ts';
import { listFolder } from './host/files.ts';
import { removeTree } from './host/remove.ts';
import { removeRules } from './network/iptables.ts';
import { createDockerRuntime } from './runtime/docker/runtime.ts';
import { createPodVolumes } from './volumes/volumes.ts';

export async function cleanUp(config: AgentConfig): Promise<void> {
  await createDockerRuntime({ socketPath: config.dockerSocket, cluster: config.clusterId }).cleanup();
  await removeRules(runCommand, config.clusterId);
  const folder = path.join(config.dataDir, 'volumes');
  const nothing = async () => undefined;
  const volumes = createPodVolumes({
    folder,
    objects: { configMap: nothing, secret: nothing },
    tokens: { token: () => Promise.reject(new Error('not while cleaning up')) },
    run: runCommand,
  });
  for (const uid of await listFolder(folder)) await volumes.unmount(uid);
  for (const name of ['volumes', 'pods', 'objects', 'services', 'endpointslices']) {
    await removeTree(path.join(config.dataDir, name));
  }
}
