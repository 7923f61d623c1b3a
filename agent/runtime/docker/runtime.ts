/** The runtime contract over Docker's Engine API (1.41, Docker 20.10, and later). The only client of Docker in the agent. */

import { lowestOomScore } from '../../host/system.ts';
import { type Runtime, StartError } from '../contract.ts';
import { type CreateContext, containerOptions, sandboxOptions } from './create-options.ts';
import { connectDocker } from './dockerode.ts';
import { engine, engineMessage, engineStatus, unless } from './errors.ts';
import { ensurePauseImage, findImage, pullImage } from './images.ts';
import { CLUSTER_LABEL } from './labels.ts';
import { ensureNetwork, findPodCidr, networkName, removeNetwork } from './network.ts';
import { listContainers } from './observe.ts';
import { PAUSE_IMAGE } from './pause-image.ts';
import { execute, readEvents, readLogs } from './streams.ts';

export { bridgeName } from './network.ts';

export interface DockerRuntimeOptions {
  /** Of the Engine API, for example /var/run/docker.sock. */
  socketPath: string;
  /** Short id of the cluster; labels and names everything. */
  cluster: string;
}

export function createDockerRuntime({ socketPath, cluster }: DockerRuntimeOptions): Runtime {
  const docker = connectDocker(socketPath);
  let lowest: number | undefined;
  const context = async (): Promise<CreateContext> => {
    lowest ??= await lowestOomScore();
    return { cluster, network: networkName(cluster), pauseImage: PAUSE_IMAGE, lowestOomScore: lowest };
  };
  return {
    async info() {
      const info = await engine(() => docker.info());
      return {
        version: `docker://${info.ServerVersion}`,
        operatingSystem: info.OperatingSystem,
        rootDir: info.DockerRootDir,
      };
    },
    async ensureNetwork(podCidr, mtu) {
      const { Version } = await engine(() => docker.version());
      await ensureNetwork(docker, cluster, podCidr, mtu, Number.parseInt(Version, 10));
    },
    removeNetwork: () => removeNetwork(docker, cluster),
    podCidr: () => findPodCidr(docker, cluster),
    list: (podUid) => listContainers(docker, cluster, podUid),
    async runSandbox(spec) {
      await ensurePauseImage(docker);
      const container = await engine(async () => docker.createContainer(sandboxOptions(await context(), spec)));
      try {
        await engine(() => container.start());
      } catch (error) {
        await unless([404, 409], () => container.remove({ force: true, v: true }));
        throw new StartError(engineMessage(error), { cause: error });
      }
      return container.id;
    },
    async createContainer(spec) {
      const container = await engine(async () => docker.createContainer(containerOptions(await context(), spec)));
      return container.id;
    },
    async start(id) {
      try {
        await unless([304], () => docker.getContainer(id).start());
      } catch (error) {
        if (engineStatus(error) === undefined) throw error;
        throw new StartError(engineMessage(error), { cause: error });
      }
    },
    async signal(id, how) {
      const container = docker.getContainer(id);
      if (how === 'kill') return void (await unless([404, 409], () => container.kill({ signal: 'SIGKILL' })));
      const info = await unless([404], () => container.inspect());
      if (info === undefined) return;
      const signal = (info.Config as { StopSignal?: string }).StopSignal || 'SIGTERM';
      // 409: it is not running (any more).
      await unless([404, 409], () => container.kill({ signal }));
    },
    async remove(id) {
      await unless([404, 409], () => docker.getContainer(id).remove({ force: true, v: true }));
    },
    findImage: (image) => findImage(docker, image),
    pullImage: (image, credentials, signal) => pullImage(docker, image, credentials, signal),
    events: (signal) => readEvents(docker, cluster, signal),
    logs: (id, options, signal) => readLogs(docker, id, options, signal),
    exec: (id, command, timeoutMs) => execute(docker, id, command, timeoutMs),
    openExec: async (id, command, options) => (await import('./process.ts')).openExec(docker, id, command, options),
    attach: async (id, options) => (await import('./process.ts')).attach(docker, id, options),
    async processId(id) {
      const info = await unless([404], () => docker.getContainer(id).inspect());
      return info?.State.Running ? info.State.Pid : undefined;
    },
    async cleanup() {
      const filters = { label: [`${CLUSTER_LABEL}=${cluster}`] };
      const found = await engine(() => docker.listContainers({ all: true, filters }));
      await Promise.all(
        found.map(({ Id }) => unless([404, 409], () => docker.getContainer(Id).remove({ force: true, v: true }))),
      );
      await removeNetwork(docker, cluster);
    },
  };
}
