/** Wiring: one node's agent, from its parts. Starts what is known from disk before the API has answered. */
import path from 'node:path';
import { createHttpClient, pause } from '../src/client/http.ts';
import type { EndpointSlice, Pod, Service } from '../src/client/resources.ts';
import type { AgentConfig } from './config.ts';
import { runCommand } from './host/exec.ts';
import { fileSystemSize, makeFolder } from './host/files.ts';
import { withGate } from './host/gate.ts';
import { findDefaultInterface, readMachineInfo } from './host/system.ts';
import { createTransport } from './host/transport.ts';
import type { ApiAccess } from './kubeconfig.ts';
import { startNetwork } from './network/network.ts';
import { KUBELET_VERSION } from './node/describe.ts';
import { readHealth } from './node/health.ts';
import { runNode } from './node/node.ts';
import type { Log } from './pods/context.ts';
import { findCredentials } from './pods/credentials.ts';
import { createEventRecorder } from './pods/events.ts';
import { createImagePuller } from './pods/image.ts';
import { startPodManager } from './pods/manager.ts';
import { createProbeRunner } from './probes/run.ts';
import { bridgeName, createDockerRuntime } from './runtime/docker/runtime.ts';
import { createObjectFolder } from './state/folder.ts';
import { serveStream } from './streams/table.ts';
import { runLink } from './tunnel/link.ts';
import { createSourceFollower } from './volumes/follow.ts';
import { createObjectStore } from './volumes/objects.ts';
import { createSealedFolder } from './volumes/sealed-folder.ts';
import { createTokenSource } from './volumes/tokens.ts';
import { createPodVolumes } from './volumes/volumes.ts';

const DEFAULT_MTU = 1500;
/** Milliseconds that a network which was there before may take to be found whole again. */
const SETTLE_MS = 10_000;

/** Runs until the signal aborts, then lets go of everything; pods keep running. */
export async function runAgent(config: AgentConfig, access: ApiAccess, log: Log, signal: AbortSignal): Promise<void> {
  const { clusterId: cluster, nodeName, dataDir } = config;
  const inData = (name: string) => path.join(dataDir, name);
  await makeFolder(dataDir, 0o700);
  const uplink = await findDefaultInterface();
  const hostIp = config.nodeIp ?? uplink?.address;
  if (hostIp === undefined) throw new Error('this machine has no address of its own; give one with --node-ip');
  const machine = await readMachineInfo();

  const client = createHttpClient({
    server: access.server,
    token: access.token,
    fetch: withGate(createTransport(access.ca === undefined ? {} : { ca: access.ca }), { log }),
    userAgent: `kedge-agent/${KUBELET_VERSION}`,
  });
  const runtime = createDockerRuntime({ socketPath: config.dockerSocket, cluster });
  const events = createEventRecorder(client, nodeName, signal);
  const copies = createSealedFolder(inData('objects'), access.token);
  const objects = createObjectStore(client, copies, (error) =>
    log.warn({ err: String(error) }, 'objects: the disk refuses'),
  );
  const facts = { hostIp, nodeName, cpuMillis: machine.cpus * 1000, memory: machine.memory };
  const folderOf = <T extends Pod | Service | EndpointSlice>(name: string) =>
    createObjectFolder<T>(inData(name), (error) => log.warn({ err: String(error) }, `${name}: the disk refuses`));

  let pods: Awaited<ReturnType<typeof startPodManager>> | undefined;
  let checkNode = () => {};
  const network = await startNetwork({
    client,
    run: runCommand,
    cluster,
    nodeName,
    bridge: bridgeName(cluster),
    clusterCidr: config.clusterCidr,
    services: folderOf<Service>('services'),
    slices: folderOf<EndpointSlice>('endpointslices'),
    ensureBridge: (podCidr) => runtime.ensureNetwork(podCidr, uplink?.mtu ?? DEFAULT_MTU),
    removeBridge: () => runtime.removeNetwork(),
    onReady: () => {
      pods?.triggerAll();
      checkNode();
    },
    log,
    signal,
  });
  const knownCidr = await runtime.podCidr().catch(() => undefined);
  if (knownCidr !== undefined) network.setPodCidr(knownCidr);

  pods = await startPodManager({
    client,
    runtime,
    objects,
    events,
    nodeName,
    log,
    signal,
    network,
    services: network.services,
    folder: folderOf<Pod>('pods'),
    node: facts,
    follower: createSourceFollower({
      revisionOf: objects.revisionOf,
      signal,
    }),
    seccompFolder: inData('seccomp'),
    images: createImagePuller(runtime, (pod, image) => findCredentials(pod, image, objects)),
    probe: createProbeRunner(runtime),
    volumes: createPodVolumes({
      folder: inData('volumes'),
      objects,
      tokens: createTokenSource(client),
      run: runCommand,
      node: facts,
    }),
    onRuntimeUp: () => network.recheck(),
  });

  // A node that says for a moment that it is not ready takes all of its pods out of their services.
  if (knownCidr !== undefined) await Promise.race([network.settled(), pause(SETTLE_MS, signal)]);

  let rootDir = '/';
  const node = runNode({
    client,
    async describe() {
      const info = await runtime.info();
      // Docker may be another machine's in all but name: its folder need not be here.
      const disk = await fileSystemSize(info.rootDir).catch(() => undefined);
      if (disk !== undefined) rootDir = info.rootDir;
      const storage = (disk ?? (await fileSystemSize('/'))).total;
      return { name: nodeName, ip: hostIp, machine, runtimeVersion: info.version, storage, labels: {} };
    },
    async health() {
      const down = await runtime.info().then(
        () => undefined,
        () => 'container runtime is down',
      );
      return readHealth(rootDir, down ?? network.notReady());
    },
    onNode(node) {
      if (node.spec?.podCIDR) network.setPodCidr(node.spec.podCIDR);
    },
    onRunning: (check) => {
      checkNode = check;
    },
    record: events.record,
    log,
    signal,
  });

  const link = runLink({
    server: access.server,
    token: () => access.token,
    ca: access.ca,
    nodeName,
    version: KUBELET_VERSION,
    serve: (request, stream) => serveStream({ runtime, log, pods: () => pods?.list() ?? [] }, request, stream),
    log,
    signal,
  });

  await Promise.allSettled([node, link]);
  await Promise.all([pods.stop(), network.stop()]);
}
