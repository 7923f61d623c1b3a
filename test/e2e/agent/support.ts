/** An agent's parts over the real Docker and a real API; everything on the machine is named after a cluster of the test's own. */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from '../../../agent/host/exec.ts';
import { unmountBelow } from '../../../agent/host/mounts.ts';
import { removeTree } from '../../../agent/host/remove.ts';
import { removeRules } from '../../../agent/network/iptables.ts';
import { createEventRecorder } from '../../../agent/pods/events.ts';
import { createImagePuller } from '../../../agent/pods/image.ts';
import { type PodManager, startPodManager } from '../../../agent/pods/manager.ts';
import { createProbeRunner } from '../../../agent/probes/run.ts';
import type { Runtime } from '../../../agent/runtime/contract.ts';
import { createDockerRuntime } from '../../../agent/runtime/docker/runtime.ts';
import { createObjectFolder } from '../../../agent/state/folder.ts';
import { createSourceFollower } from '../../../agent/volumes/follow.ts';
import { createObjectStore } from '../../../agent/volumes/objects.ts';
import { createSealedFolder } from '../../../agent/volumes/sealed-folder.ts';
import { createTokenSource } from '../../../agent/volumes/tokens.ts';
import { createPodVolumes } from '../../../agent/volumes/volumes.ts';
import { createHttpClient, type HttpClient } from '../../../src/client/http.ts';
import { NAMESPACES, PODS, type Pod } from '../../../src/client/resources.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import { startApi, TOKEN } from '../../support/api.ts';

export const IMAGE = 'busybox:1.36';
export const DOCKER = '/var/run/docker.sock';
export const NODE = 'test-node';

export interface TestNode {
  client: HttpClient;
  /** The agent's data. */
  folder: string;
  runtime: Runtime;
  /** Method and path of each request of the agent and the test. */
  requests: string[];
  /** While true every request fails as if nobody listened. */
  apiAway: boolean;
  /** Ends the agent's parts, and starts them anew from what is on disk. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  run(name: string, spec: Partial<NonNullable<Pod['spec']>>): Promise<Pod>;
  pod(name: string): Promise<Pod | undefined>;
  close(): Promise<void>;
}

/** `subnet`: the third byte of 10.199.x.0/24, so that test files do not meet. */
export async function startTestNode(cluster: string, subnet: number): Promise<TestNode> {
  const api = await startApi();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-agent-'));
  const runtime = createDockerRuntime({ socketPath: DOCKER, cluster });
  await runtime.cleanup();
  await runtime.ensureNetwork(`10.199.${subnet}.0/24`, 1400);
  let stopping = new AbortController();
  let manager: PodManager | undefined;

  const node: TestNode = {
    apiAway: false,
    requests: [],
    folder,
    runtime,
    client: createHttpClient({
      server: 'http://api.test',
      token: TOKEN,
      fetch: async (url, request) => {
        node.requests.push(`${request.method} ${new URL(url).pathname}`);
        if (node.apiAway) throw new Error('connect ECONNREFUSED');
        return api.app.request(url, request);
      },
    }),
    async restart(meanwhile) {
      stopping.abort();
      await manager?.stop();
      await meanwhile?.();
      await start();
    },
    async run(name, spec) {
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { nodeName: NODE, terminationGracePeriodSeconds: 1, containers: [], ...spec },
      };
      return node.client.create(PODS, pod);
    },
    pod: (name) => node.client.find(PODS, 'default', name),
    async close() {
      stopping.abort();
      await manager?.stop();
      await runtime.cleanup();
      await removeRules(runCommand, cluster);
      await unmountBelow(runCommand, folder);
      await removeTree(folder);
      await api.close();
    },
  };

  async function start(): Promise<void> {
    stopping = new AbortController();
    const copies = createSealedFolder(path.join(folder, 'objects'), TOKEN);
    const objects = createObjectStore(node.client, copies, (error) => console.error(error));
    const facts = { hostIp: '192.0.2.1', nodeName: NODE, cpuMillis: 2000, memory: 4 << 30 };
    manager = await startPodManager({
      client: node.client,
      runtime,
      objects,
      nodeName: NODE,
      signal: stopping.signal,
      events: createEventRecorder(node.client, NODE, stopping.signal),
      node: facts,
      follower: createSourceFollower({
        revisionOf: objects.revisionOf,
        signal: stopping.signal,
      }),
      seccompFolder: path.join(folder, 'seccomp'),
      services: { items: new Map(), synced: true },
      network: { notReady: () => undefined, sandboxStarted: async () => {} },
      images: createImagePuller(runtime, async () => []),
      probe: createProbeRunner(runtime),
      volumes: createPodVolumes({
        folder: path.join(folder, 'volumes'),
        objects,
        tokens: createTokenSource(node.client),
        run: runCommand,
        node: facts,
      }),
      folder: createObjectFolder<Pod>(path.join(folder, 'pods'), (error) => {
        throw error;
      }),
      log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
      onRuntimeUp() {},
    });
  }

  try {
    await node.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 409) throw error;
  }
  await start();
  return node;
}
