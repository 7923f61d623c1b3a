/** A node whose disks are full, its agent's and Docker's: what runs goes on, and what could not be done is done when there is room. */
import { mkdir, mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Node, Pod, Service } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';
import { type DockerDaemon, startDockerDaemon } from '../support/docker-daemon.ts';
import { eventually } from '../support/eventually.ts';
import prepareMachine from '../support/machine-setup.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { probeService, type ServiceProbe } from '../support/service-probe.ts';
import { WEB } from '../support/web.ts';

let dockerDisk: string;
let daemon: DockerDaemon;
let fresh: FreshDatabase;
let cluster: TestCluster;
let probe: ServiceProbe;

beforeAll(async () => {
  await prepareMachine();
  dockerDisk = await mkdtemp(path.join(os.tmpdir(), 'kedge-small-disk-'));
  await mountDisk(dockerDisk, '256m');
  daemon = await startDockerDaemon(['busybox:1.36'], dockerDisk);
  // Of what this process starts: `kedge up`, its agent, and the clean-up.
  process.env.KEDGE_DOCKER_SOCKET = daemon.socket;
  // The database's disk is not the node's.
  fresh = await freshDatabase();
  cluster = await createCluster(['--docker-socket', daemon.socket, '--database-url', fresh.url]);
  await mkdir(cluster.dataDir.root, { recursive: true });
  await mountDisk(cluster.dataDir.root, '64m');
  await cluster.start();
  for (const object of WEB) await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(object));
  await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  const service = await cluster.get<Service>('service', 'web');
  probe = probeService(`http://127.0.0.1:${service.spec!.ports![0]!.nodePort}/hostname`);
  await probe.healed(60);
  probe.failures();
});
afterAll(async () => {
  await probe?.stop();
  try {
    await cluster?.remove();
  } finally {
    await daemon?.remove();
    await run('umount', ['--lazy', dockerDisk]);
    await rm(dockerDisk, { recursive: true, force: true });
    await fresh?.close();
  }
});
afterEach(async () => {
  for (const disk of [cluster.dataDir.root, dockerDisk]) await rm(path.join(disk, 'filler'), { force: true });
});

async function mountDisk(folder: string, size: string): Promise<void> {
  const { stderr } = await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder]);
  expect(stderr).toBe('');
}

async function fill(disk: string): Promise<void> {
  // dd ends when the disk is full.
  await run('dd', ['if=/dev/zero', `of=${path.join(disk, 'filler')}`, 'bs=4k']);
  expect((await statfs(disk)).bavail).toBe(0);
}

const agentPid = async () => Number(await readFile(cluster.dataDir.agentPid, 'utf8'));
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

async function condition(type: string): Promise<string | undefined> {
  const node = await cluster.get<Node>('node', cluster.nodeName);
  return node.status?.conditions?.find((each) => each.type === type)?.status;
}

async function restarts(): Promise<number[]> {
  const { items } = await cluster.get<{ items: Pod[] }>('pods', '-l', 'app=web');
  return items.flatMap(({ status }) => status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? []);
}

describe('a full disk', () => {
  it('of the agent ends neither it nor a pod nor a request; a new pod runs when there is room again', async () => {
    const pid = await agentPid();
    await fill(cluster.dataDir.root);
    const config = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shown' },
      data: { k: 'x'.repeat(500_000) },
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'late' },
      spec: {
        terminationGracePeriodSeconds: 1,
        volumes: [
          { name: 'v', configMap: { name: 'shown' } },
          { name: 'e', emptyDir: {} },
        ],
        containers: [
          {
            name: 'c',
            image: 'busybox:1.36',
            command: ['sleep', '1000'],
            volumeMounts: [
              { name: 'v', mountPath: '/v' },
              { name: 'e', mountPath: '/e' },
            ],
          },
        ],
      },
    };
    for (const object of [config, pod]) await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(object));
    await seconds(20);
    expect(probe.failures()).toEqual([]);
    expect(await agentPid()).toBe(pid);
    expect([await condition('Ready'), await restarts()]).toEqual(['True', [0, 0]]);
    await rm(path.join(cluster.dataDir.root, 'filler'));
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/late', '--timeout=120s');
    expect(await agentPid()).toBe(pid);
    expect(probe.failures()).toEqual([]);
  });

  it('of the agent, which is killed meanwhile, costs no request, and nothing is made anew', async () => {
    const before = await cluster.get<{ items: Pod[] }>('pods', '-l', 'app=web');
    const ids = ({ items }: { items: Pod[] }) =>
      items.flatMap(({ status }) => status?.containerStatuses?.map(({ containerID }) => containerID) ?? []).sort();
    await fill(cluster.dataDir.root);
    process.kill(await agentPid(), 'SIGKILL');
    await seconds(20);
    expect(probe.failures()).toEqual([]);
    await rm(path.join(cluster.dataDir.root, 'filler'));
    await eventually(async () => expect(await condition('Ready')).toBe('True'), 120);
    expect(ids(await cluster.get<{ items: Pod[] }>('pods', '-l', 'app=web'))).toEqual(ids(before));
    expect(probe.failures()).toEqual([]);
  });

  it('of Docker is told as DiskPressure and costs no request; a container that ends meanwhile comes back after', async () => {
    const pid = await agentPid();
    await fill(dockerDisk);
    await eventually(async () => expect(await condition('DiskPressure')).toBe('True'), 60);
    expect(probe.failures()).toEqual([]);
    const label = 'label=io.kubernetes.container.name=web';
    const [first = ''] = (await daemon.docker('ps', '-q', '--filter', label)).split('\n');
    await daemon.docker('kill', first);
    await seconds(20);
    await rm(path.join(dockerDisk, 'filler'));
    await eventually(async () => {
      expect((await daemon.docker('ps', '-q', '--filter', label)).split('\n').filter(Boolean)).toHaveLength(2);
      expect([await condition('DiskPressure'), await condition('Ready')]).toEqual(['False', 'True']);
    }, 180);
    await probe.healed(120);
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    expect(await agentPid()).toBe(pid);
  });
});
