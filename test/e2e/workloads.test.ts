/** ReplicationControllers, DaemonSets and StatefulSets with real kubectl, the real scheduler and real containers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pod, StatefulSet } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
});
afterAll(() => cluster?.remove());

const pods = async (app: string) => (await cluster.get<{ items: Pod[] }>('pods', '-l', `app=${app}`)).items;
const names = async (app: string) => (await pods(app)).map(({ metadata }) => metadata.name).sort();

async function apply(kind: string, app: string, spec: object): Promise<void> {
  const labels = { app };
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: app, image: 'busybox:1.37', command: ['sleep', '3600'] }],
    },
  };
  const selector = kind === 'ReplicationController' ? labels : { matchLabels: labels };
  const apiVersion = kind === 'ReplicationController' ? 'v1' : 'apps/v1';
  const manifest = { apiVersion, kind, metadata: { name: app }, spec: { selector, template, ...spec } };
  const { code, stderr } = await cluster.tryKubectl(['apply', '-f', '-'], JSON.stringify(manifest));
  expect([code, stderr]).toEqual([0, '']);
}

test('a ReplicationController is scaled, and replaces a pod that is deleted', async () => {
  await apply('ReplicationController', 'many', { replicas: 1 });
  await cluster.kubectl('scale', 'rc/many', '--replicas=2');
  await eventually(async () => expect(await cluster.containers('many')).toHaveLength(2), 120);
  const [doomed] = await names('many');
  await cluster.kubectl('delete', 'pod', doomed!);
  await eventually(async () => {
    expect(await names('many')).not.toContain(doomed);
    expect(await cluster.containers('many')).toHaveLength(2);
  }, 120);
});

test('a DaemonSet runs on the node, rolls out, back and again, and tells its history', async () => {
  await apply('DaemonSet', 'each', {});
  await cluster.kubectl('rollout', 'status', 'ds/each', '--timeout=120s');
  expect((await pods('each')).map(({ spec }) => spec?.nodeName)).toEqual([cluster.nodeName]);
  await cluster.kubectl('set', 'env', 'ds/each', 'COLOUR=green');
  await cluster.kubectl('rollout', 'status', 'ds/each', '--timeout=120s');
  expect(await cluster.kubectl('rollout', 'history', 'ds/each')).toMatch(/^1 .*\n2 /m);
  await cluster.kubectl('rollout', 'undo', 'ds/each');
  await cluster.kubectl('rollout', 'status', 'ds/each', '--timeout=120s');
  await eventually(async () => {
    expect((await pods('each')).map(({ spec }) => spec?.containers[0]?.env)).toEqual([undefined]);
  }, 60);
  expect(await cluster.kubectl('rollout', 'history', 'ds/each')).toMatch(/^2 .*\n3 /m);
  await cluster.kubectl('rollout', 'restart', 'ds/each');
  await cluster.kubectl('rollout', 'status', 'ds/each', '--timeout=120s');
});

test('a StatefulSet keeps its names through scaling, a rollout, an undo and a container that was killed', async () => {
  await apply('StatefulSet', 'ordered', { replicas: 1, serviceName: 'ordered' });
  await cluster.kubectl('rollout', 'status', 'sts/ordered', '--timeout=120s');
  await cluster.kubectl('scale', 'sts/ordered', '--replicas=2');
  await cluster.kubectl('rollout', 'status', 'sts/ordered', '--timeout=120s');
  expect(await names('ordered')).toEqual(['ordered-0', 'ordered-1']);
  expect((await cluster.kubectl('exec', 'ordered-1', '--', 'hostname')).trim()).toBe('ordered-1');

  await cluster.kubectl('set', 'env', 'sts/ordered', 'COLOUR=green');
  await cluster.kubectl('rollout', 'status', 'sts/ordered', '--timeout=120s');
  expect((await pods('ordered')).map(({ spec }) => spec?.containers[0]?.env?.[0]?.value)).toEqual(['green', 'green']);
  await cluster.kubectl('rollout', 'undo', 'sts/ordered');
  await cluster.kubectl('rollout', 'status', 'sts/ordered', '--timeout=120s');
  expect(await cluster.kubectl('rollout', 'history', 'sts/ordered')).toMatch(/^2 .*\n3 /m);

  const before = await names('ordered');
  const [container] = await cluster.containers('ordered');
  expect((await run('docker', ['kill', container!])).code).toBe(0);
  await eventually(async () => {
    expect(await cluster.containers('ordered')).toHaveLength(2);
    expect(await cluster.containers('ordered')).not.toContain(container);
    const { status } = await cluster.get<StatefulSet>('sts', 'ordered');
    expect(status?.availableReplicas).toBe(2);
  }, 120);
  expect(await names('ordered')).toEqual(before);
});
