/**
 * What is done to a node, and how soon its service answers again: a NodePort with two pods, asked ten times a second. Bounds
 * are a few times what a busy machine of two cores took; the time each took is printed.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Node, Pod, Service } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';
import { type DockerDaemon, startDockerDaemon } from '../support/docker-daemon.ts';
import { eventually } from '../support/eventually.ts';
import prepareMachine from '../support/machine-setup.ts';
import { probeService, type ServiceProbe } from '../support/service-probe.ts';
import { WEB } from '../support/web.ts';

let daemon: DockerDaemon;
let cluster: TestCluster;
let probe: ServiceProbe;
let id: string;

beforeAll(async () => {
  await prepareMachine();
  daemon = await startDockerDaemon(['busybox:1.36']);
  // Of what this process starts: `kedge up`, its agent, and the clean-up.
  process.env.KEDGE_DOCKER_SOCKET = daemon.socket;
  cluster = await createCluster(['--docker-socket', daemon.socket]);
  await cluster.start();
  id = await cluster.id();
  for (const object of WEB) await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(object));
  await ready();
  const service = await cluster.get<Service>('service', 'web');
  probe = probeService(`http://127.0.0.1:${service.spec!.ports![0]!.nodePort}/hostname`);
});
afterAll(async () => {
  await probe?.stop();
  try {
    await cluster?.remove();
  } finally {
    await daemon?.remove();
  }
});

/** Every row begins whole. */
async function ready(): Promise<void> {
  await eventually(async () => {
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const pods = await cluster.get<{ items: Pod[] }>('pods', '-l', 'app=web');
    const whole = pods.items.filter((pod) =>
      pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
    );
    expect(whole).toHaveLength(2);
    expect(await nodeReady()).toBe('True');
  }, 300);
}

beforeEach(async () => {
  await ready();
  await probe.healed(60);
  probe.failures();
});

async function nodeReady(): Promise<string | undefined> {
  const node = await cluster.get<Node>('node', cluster.nodeName);
  return node.status?.conditions?.find((each) => each.type === 'Ready')?.status;
}

async function healedWithin(bound: number): Promise<void> {
  const seconds = await probe.healed(bound);
  console.log(
    `${expect.getState().currentTestName}: ${seconds.toFixed(0)} s, ${probe.failures().length} failed requests`,
  );
}

async function containers(kind?: 'sandbox' | 'container'): Promise<string[]> {
  const labels = [`kedge.dev/cluster=${id}`, ...(kind === undefined ? [] : [`kedge.dev/kind=${kind}`])];
  const listed = await daemon.docker('ps', '-q', ...labels.flatMap((label) => ['--filter', `label=${label}`]));
  return listed.split('\n').filter((each) => each !== '');
}

async function iptables(...args: string[]): Promise<void> {
  const { code, stderr } = await run('iptables', ['-w', '5', ...args]);
  if (code !== 0) throw new Error(`iptables ${args.join(' ')}: ${stderr}`);
}

const pidIn = async (file: string) => Number((await readFile(file, 'utf8')).split('\n')[0]);
const agentPid = () => pidIn(cluster.dataDir.agentPid);

/** Kills the daemon, and starts it again after a while. */
async function killDocker(awayMs: number): Promise<void> {
  await daemon.kill();
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  await daemon.start();
}

describe('the agent', () => {
  it('killed costs no request', async () => {
    const before = await agentPid();
    process.kill(before, 'SIGKILL');
    await eventually(async () => expect(await agentPid()).not.toBe(before), 60);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(probe.failures()).toEqual([]);
  });

  it('stopped for a minute costs no request; its node is NotReady meanwhile, and Ready after', async () => {
    const pid = await agentPid();
    process.kill(pid, 'SIGSTOP');
    try {
      await eventually(async () => expect(await nodeReady()).toBe('Unknown'), 120);
      expect(probe.failures()).toEqual([]);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(async () => expect(await nodeReady()).toBe('True'), 120);
    await healedWithin(180);
  });
});

describe('containers', () => {
  it('of the application, removed by force, come back', async () => {
    await daemon.docker('rm', '-f', ...(await containers('container')));
    await healedWithin(60);
  });
  it('that hold the network, removed by force, come back with all of their pods', async () => {
    await daemon.docker('rm', '-f', ...(await containers('sandbox')));
    await healedWithin(90);
  });
  it('all removed by force come back', async () => {
    await daemon.docker('rm', '-f', ...(await containers()));
    await healedWithin(120);
  });
  it('that hold the network, killed, come back', async () => {
    await daemon.docker('kill', ...(await containers('sandbox')));
    await healedWithin(240);
  });
  it('removed while the API is away come back without it, and the node is Ready again after', async () => {
    await cluster.killSupervisor();
    try {
      await daemon.docker('rm', '-f', (await containers('container'))[0]!);
      await healedWithin(120);
      await eventually(async () => expect(await containers('container')).toHaveLength(2), 60);
    } finally {
      await cluster.start();
    }
    await eventually(async () => expect(await nodeReady()).toBe('True'), 120);
  });
});

describe('logs', () => {
  it('followed by kubectl while their pod is deleted end with exit code 0 and its last words', async () => {
    const script = 'trap "echo bye; exit 0" TERM; echo hello; while true; do sleep 0.1; done';
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'talker' },
      spec: { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] }] },
    };
    await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(pod));
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/talker', '--timeout=60s');
    const logs = cluster.follow('logs', '-f', 'talker');
    await eventually(() => expect(logs.output()).toBe('hello\n'), 30);
    await cluster.kubectl('delete', 'pod', 'talker');
    expect(await logs.ended).toBe(0);
    expect(logs.output()).toBe('hello\nbye\n');
  });
});

describe('the network', () => {
  it('S17: with the rules flushed inside of chains of Kedge heals within the minute', async () => {
    const prefix = `KEDGE-${id.toUpperCase()}`;
    for (const suffix of ['SERVICES', 'NODEPORTS', 'POSTROUTING'])
      await iptables('-t', 'nat', '-F', `${prefix}-${suffix}`);
    await iptables('-F', `${prefix}-FORWARD`);
    await healedWithin(90);
  });
  it('S17: with its bridge deleted under running pods heals within the minute', async () => {
    await run('ip', ['link', 'del', `kedge-${id}`]);
    await healedWithin(120);
  });
  it('with FORWARD dropped by another program goes on', async () => {
    await iptables('-P', 'FORWARD', 'DROP');
    try {
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(probe.failures()).toEqual([]);
    } finally {
      await iptables('-P', 'FORWARD', 'ACCEPT');
    }
  });
  it('with all rules of the machine flushed heals within the minute', async () => {
    const before = await run('iptables-save', []);
    await iptables('-F');
    await iptables('-t', 'nat', '-F');
    try {
      await healedWithin(90);
    } finally {
      // Others' rules are theirs to heal; here they are given back.
      await run('iptables-restore', [], {}, before.stdout);
    }
  });
});

describe('what the node stands on', () => {
  it('Docker, killed and back after five seconds, brings all back', async () => {
    await killDocker(5_000);
    await healedWithin(180);
  });
  it('PostgreSQL, killed, costs no request', async () => {
    process.kill(await pidIn(path.join(cluster.dataDir.postgres, 'postmaster.pid')), 'SIGKILL');
    await eventually(() => cluster.kubectl('get', 'nodes'), 120);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(probe.failures()).toEqual([]);
  });
  it('control plane, agent and Docker, killed at once, bring all back', async () => {
    const agent = await agentPid();
    await cluster.killSupervisor();
    process.kill(agent, 'SIGKILL');
    await killDocker(0);
    await cluster.start();
    await healedWithin(300);
  });
  it('the Node, deleted: its pods go, the agent says so; started again it joins', async () => {
    await cluster.kubectl('delete', 'node', cluster.nodeName);
    await eventually(async () => expect(await containers()).toHaveLength(0), 180);
    expect(await readFile(cluster.dataDir.agentLog, 'utf8')).toContain('the Node was deleted');
    await cluster.stop();
    await cluster.start();
    await healedWithin(180);
  });
});
