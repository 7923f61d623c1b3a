/** kill -9 in the middle of a rollout: of the control plane, of the agent, of PostgreSQL, of dockerd. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureDocker } from '../../src/cli/up/docker.ts';
import { DEFAULT_SOCKET } from '../../src/cli/up/docker-socket.ts';
import { createProgress } from '../../src/cli/up/progress.ts';
import type { Deployment, Pod } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

let cluster: TestCluster;
let colour = 0;

beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
  await cluster.kubectl('apply', '-f', 'examples/hello.yaml');
  await cluster.kubectl('rollout', 'status', 'deploy/hello', '--timeout=120s');
});
afterAll(() => cluster?.remove());

/** Begins a rollout and returns when its first new pod exists, that is, in the middle of it. */
beforeEach(async () => {
  colour++;
  await cluster.kubectl('set', 'env', 'deploy/hello', `COLOUR=${colour}`);
  await eventually(async () => {
    const deployment = await cluster.get<Deployment>('deploy', 'hello');
    expect(deployment.status!.updatedReplicas ?? 0).toBeGreaterThan(0);
  });
});

/** The rollout ends, with exactly three pods of the new template, each with exactly one running container. */
async function expectHealthy(): Promise<void> {
  await eventually(async () => {
    const { items } = await cluster.get<{ items: Pod[] }>('pods', '-l', 'app=hello');
    const colours = items.map((pod) => pod.spec!.containers[0]!.env?.[0]?.value);
    expect(colours).toEqual(Array(3).fill(String(colour)));
    for (const pod of items) {
      expect(pod.status!.conditions!.find((each) => each.type === 'Ready')!.status).toBe('True');
      expect(await cluster.containers('web', pod.metadata.uid)).toHaveLength(1);
    }
  }, 120);
  await eventually(async () => expect(await cluster.containers('web')).toHaveLength(3));
  await eventually(async () => {
    const { code, stdout: body } = await run('curl', ['-sS', '--max-time', '5', 'http://127.0.0.1:30080']);
    expect(code).toBe(0);
    expect(body).toMatch(/^Hello from hello-/);
  });
}

describe('in the middle of a rollout, kill -9', () => {
  test('of the control plane loses no acknowledged write, and the rollout ends', async () => {
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (let i = 0; ; i++) {
        const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `written-${i}` } };
        const { code } = await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(configMap));
        if (code !== 0) return;
        acknowledged.push(`configmap/written-${i}`);
      }
    })();
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(3));
    const said = cluster.output().length;
    await cluster.killControlPlane();
    await writing;
    await eventually(() => expect(cluster.output().slice(said)).toContain('the control plane serves again'), 60);
    expect(cluster.output().slice(said)).toMatch(/! the control plane ended \(SIGKILL\); starting it again in 1 s/);
    const stored = (await cluster.kubectl('get', 'configmaps', '-o', 'name')).split('\n');
    for (const name of acknowledged) expect(stored).toContain(name);
    await expectHealthy();
  });

  test('of kedge up itself leaves no control plane behind, and a new start finds all as it is', async () => {
    const controlPlane = Number(await readFile(cluster.dataDir.controlPlanePid, 'utf8'));
    await cluster.killSupervisor();
    await cluster.start();
    // It ends by itself, with what it has in hand; a process that nobody has waited for yet has no command line.
    await eventually(async () => {
      expect(await readFile(`/proc/${controlPlane}/cmdline`, 'utf8').catch(() => '')).toBe('');
    }, 20);
    await expectHealthy();
  });

  test('of the agent recreates nothing that is healthy, and the rollout ends', async () => {
    process.kill(Number(await readFile(cluster.dataDir.agentPid, 'utf8')), 'SIGKILL');
    await expectHealthy();
    expect(cluster.output()).toContain('the agent ended (SIGKILL); starting it again in 1 s');
    const { items } = await cluster.get<{ items: Pod[] }>('pods', '-l', 'app=hello');
    expect(items.map((pod) => pod.status!.containerStatuses![0]!.restartCount)).toEqual([0, 0, 0]);
  });

  test('of PostgreSQL is recovered from, and the rollout ends', async () => {
    const pidFile = path.join(cluster.dataDir.postgres, 'postmaster.pid');
    process.kill(Number((await readFile(pidFile, 'utf8')).split('\n')[0]), 'SIGKILL');
    await expectHealthy();
    expect(cluster.output()).toContain('PostgreSQL had ended and was started again');
  });

  test('of dockerd is recovered from, and the rollout ends', async () => {
    const { stdout } = await run('pgrep', ['-x', 'dockerd']);
    for (const pid of stdout.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
    await ensureDocker(
      { socketPath: DEFAULT_SOCKET, install: false, logFile: path.join(os.tmpdir(), 'kedge-dockerd.log') },
      createProgress(process.stderr),
    );
    await expectHealthy();
  });
});

describe('Ctrl-C and a new start', () => {
  test('find the pods as they were and recreate none', async () => {
    await expectHealthy();
    const before = await cluster.containers();
    expect(await cluster.stop()).toBe(0);
    expect(await cluster.containers()).toEqual(before);
    const { code, stdout } = await run('curl', ['-sS', '--max-time', '5', 'http://127.0.0.1:30080']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Hello from hello-/)]);
    await cluster.start();
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=hello', '--timeout=60s');
    expect(await cluster.containers()).toEqual(before);
    await expectHealthy();
  });
});
