import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../../src/client/contract.ts';
import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  type DaemonSet,
  EVENTS,
  NODES,
  PODS,
  type Pod,
} from '../../../src/client/resources.ts';
import { controllerOf } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, NODE, reportReady, startCluster } from './cluster.ts';

type Spec = NonNullable<DaemonSet['spec']>;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

function daemonSet(name: string, pool: string, rest: Partial<Spec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { nodeSelector: { pool }, containers: [{ name: 'agent', image: 'agent:1' }] },
      },
      ...rest,
    },
  };
}

async function addNode(name: string, pool: string, client: Client = cluster.client): Promise<void> {
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { pool } } });
  await reportReady(client, name);
}

async function pods(name: string, client: Client = cluster.client): Promise<Pod[]> {
  const { items } = await client.list(PODS, { namespace: NAMESPACE, labelSelector: `app=${name}` });
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

const nodesOf = async (name: string) => (await pods(name)).map(({ spec }) => spec?.nodeName).sort();
const images = async (name: string) => (await pods(name)).map(({ spec }) => spec?.containers[0]?.image).sort();

/** As `kubectl rollout status` judges it. */
async function rolledOut(name: string, count: number, client: Client = cluster.client): Promise<DaemonSet> {
  return await eventually(async () => {
    const found = await client.get(DAEMON_SETS, NAMESPACE, name);
    expect(found.status).toEqual({
      currentNumberScheduled: count,
      numberMisscheduled: 0,
      desiredNumberScheduled: count,
      numberReady: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      observedGeneration: found.metadata.generation,
    });
    return found;
  });
}

function setImage(name: string, image: string): Promise<DaemonSet> {
  const template = { spec: { containers: [{ name: 'agent', image }] } };
  return cluster.client.patch(DAEMON_SETS, NAMESPACE, name, 'strategic', { spec: { template } });
}

test('a pod is made for each fitting node, and follows nodes that join, change and leave', async () => {
  const { client } = cluster;
  await addNode('join-a', 'join');
  await client.create(DAEMON_SETS, daemonSet('join', 'join'));
  await rolledOut('join', 1);
  const [pod] = await pods('join');
  expect(controllerOf(pod!)).toMatchObject({ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'join' });
  expect(pod?.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['join-a'] }] }],
  });
  expect(pod?.metadata.labels).toMatchObject({ 'pod-template-generation': '1' });

  await addNode('join-b', 'join');
  await rolledOut('join', 2);
  await client.patch(NODES, '', 'join-a', 'merge', { metadata: { labels: { pool: 'none' } } });
  await eventually(async () => expect(await nodesOf('join')).toEqual(['join-b']));
  await client.patch(NODES, '', 'join-b', 'merge', {
    spec: { taints: [{ key: 'reserved', effect: 'NoSchedule', value: '' }] },
  });
  await eventually(async () =>
    expect((await client.get(DAEMON_SETS, NAMESPACE, 'join')).status).toMatchObject({
      desiredNumberScheduled: 0,
      numberMisscheduled: 1,
    }),
  );
  expect(await nodesOf('join')).toEqual(['join-b']);
});

test('RollingUpdate replaces pods by the new template, and an undo makes the old revision the newest', async () => {
  const { client } = cluster;
  for (const name of ['roll-a', 'roll-b']) await addNode(name, 'roll');
  await client.create(DAEMON_SETS, daemonSet('roll', 'roll'));
  await rolledOut('roll', 2);
  await setImage('roll', 'agent:2');
  await eventually(async () => expect(await images('roll')).toEqual(['agent:2', 'agent:2']));
  await rolledOut('roll', 2);
  const history = async () => {
    const { items } = await client.list(CONTROLLER_REVISIONS, { namespace: NAMESPACE, labelSelector: 'app=roll' });
    return items.sort((a, b) => a.revision - b.revision);
  };
  const [first, second] = await history();
  expect([first?.revision, second?.revision]).toEqual([1, 2]);
  expect((await pods('roll'))[0]?.metadata.labels?.['controller-revision-hash']).toBe(
    second?.metadata.labels?.['controller-revision-hash'],
  );

  // As `kubectl rollout undo` does.
  await client.patch(DAEMON_SETS, NAMESPACE, 'roll', 'strategic', first!.data);
  await eventually(async () => expect(await images('roll')).toEqual(['agent:1', 'agent:1']));
  expect((await history()).map(({ metadata, revision }) => [metadata.name, revision])).toEqual([
    [second?.metadata.name, 2],
    [first?.metadata.name, 3],
  ]);
});

test('with maxSurge the old pod stays until the new one on its node is available', async () => {
  const { client, kubelet } = cluster;
  await addNode('surge-a', 'surge');
  const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  await client.create(DAEMON_SETS, daemonSet('surge', 'surge', { updateStrategy }));
  await rolledOut('surge', 1);
  kubelet.ready = ({ spec }) => spec?.containers[0]?.image !== 'agent:2';
  await setImage('surge', 'agent:2');
  await eventually(async () => expect(await images('surge')).toEqual(['agent:1', 'agent:2']));
  kubelet.ready = () => true;
  await kubelet.touch();
  await eventually(async () => expect(await images('surge')).toEqual(['agent:2']));
  await rolledOut('surge', 1);
});

test('OnDelete leaves pods of an old template until someone deletes them', async () => {
  const { client } = cluster;
  await addNode('hand-a', 'hand');
  await client.create(DAEMON_SETS, daemonSet('hand', 'hand', { updateStrategy: { type: 'OnDelete' } }));
  await rolledOut('hand', 1);
  const { metadata } = await setImage('hand', 'agent:2');
  await eventually(async () => {
    const { status } = await client.get(DAEMON_SETS, NAMESPACE, 'hand');
    expect(status).toMatchObject({ observedGeneration: metadata.generation, numberAvailable: 1 });
    expect(status?.updatedNumberScheduled).toBeUndefined();
  });
  const [old] = await pods('hand');
  expect(old?.spec?.containers[0]?.image).toBe('agent:1');
  await client.delete(PODS, NAMESPACE, old!.metadata.name!);
  await eventually(async () => expect(await images('hand')).toEqual(['agent:2']));
});

test('a failed pod is told of and replaced; the replacement counts the failures before it', async () => {
  const { client } = cluster;
  await addNode('fail-a', 'fail');
  await client.create(DAEMON_SETS, daemonSet('fail', 'fail'));
  await rolledOut('fail', 1);
  const [first] = await pods('fail');
  await client.updateStatus(PODS, { ...first!, status: { ...first!.status, phase: 'Failed', conditions: [] } });
  const second = await eventually(async () => {
    const [only, ...others] = await pods('fail');
    expect(others).toEqual([]);
    expect(only?.metadata.uid).not.toBe(first?.metadata.uid);
    return only!;
  });
  expect(second.metadata.annotations).toMatchObject({ 'kedge.dev/daemon-pod-failures': '1' });
  await rolledOut('fail', 1);
  const { items } = await client.list(EVENTS, { namespace: NAMESPACE });
  const failed = items.find(({ reason }) => reason === 'FailedDaemonPod');
  expect(failed?.message).toBe(
    `Found failed daemon pod ${NAMESPACE}/${first?.metadata.name} on node fail-a, will try to kill it`,
  );
  expect(failed?.source?.component).toBe('daemonset-controller');
});

test('an orphan of a fitting node is adopted, and a DaemonSet of another tenant is another', async () => {
  const { client, otherTenant } = cluster;
  await addNode('tenant-a', 'tenant');
  const orphan = await client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stray-daemon', namespace: NAMESPACE, labels: { app: 'tenant' } },
    spec: { nodeName: 'tenant-a', containers: [{ name: 'agent', image: 'agent:1' }] },
  });
  await client.create(DAEMON_SETS, daemonSet('tenant', 'tenant'));
  await eventually(async () => {
    const [only, ...others] = await pods('tenant');
    expect(others).toEqual([]);
    expect(controllerOf(only!)?.kind).toBe('DaemonSet');
    // Of no revision, so that the rolling update replaces it.
    expect(only?.metadata.uid).not.toBe(orphan.metadata.uid);
  });
  await otherTenant.patch(NODES, '', NODE, 'merge', { metadata: { labels: { pool: 'tenant' } } });
  await otherTenant.create(DAEMON_SETS, daemonSet('tenant', 'tenant'));
  await rolledOut('tenant', 1, otherTenant);
  expect(await nodesOf('tenant')).toEqual(['tenant-a']);
  expect((await pods('tenant', otherTenant)).map(({ spec }) => spec?.nodeName)).toEqual([NODE]);
});
