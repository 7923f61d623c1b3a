import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../src/client/contract.ts';
import { EVENTS, NAMESPACES, NODES, PODS, type Pod } from '../../../src/client/resources.ts';
import { createRunner } from '../../../src/reconcile/runner.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import { type Api, startApi } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';

let api: Api;
let client: Client;
let abort: AbortController;
let loop: Promise<void>;

beforeEach(async () => {
  api = await startApi();
  client = api.client();
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  abort = new AbortController();
  const runner = createRunner({
    db: api.db,
    store: api.deps.store,
    feed: api.deps.feed,
    controllers: [createScheduler()],
    clients: api.clients,
  });
  loop = runner.loop(abort.signal);
});
afterEach(async () => {
  abort.abort();
  await loop;
  await api.close();
});

async function addNode(name: string): Promise<void> {
  const node = await client.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  });
  const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
  await client.updateStatus(NODES, { ...node, status: { allocatable, capacity: allocatable } });
}

function addPod(name: string, cpu = '1'): Promise<Pod> {
  return client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name },
    spec: { containers: [{ name: 'main', image: 'app:1', resources: { requests: { cpu } } }] },
  });
}

const get = (name: string) => client.get(PODS, 'default', name);

async function eventsOf(name: string): Promise<string[]> {
  const { items } = await client.list(EVENTS, { namespace: 'default' });
  return items
    .filter((event) => event.involvedObject.name === name)
    .map(({ type, reason, message }) => `${type} ${reason} ${message}`);
}

describe('the scheduler over the real API', () => {
  it('places pods as they come, never more than fit', async () => {
    await addNode('a');
    await addNode('b');
    await Promise.all(Array.from({ length: 10 }, (_, index) => addPod(`p${index}`)));
    await eventually(async () => {
      const { items } = await client.list(PODS);
      const nodes = items.map(({ spec }) => spec?.nodeName).filter((name) => name !== undefined);
      expect(nodes.toSorted()).toEqual(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
      const waiting = items.filter(({ spec }) => spec?.nodeName === undefined);
      for (const { status } of waiting) {
        expect(status?.conditions?.[0]).toMatchObject({
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
        });
      }
    });
  });

  it('says why a pod waits, and places it when a node comes', async () => {
    await addPod('p');
    await eventually(async () => {
      expect(await eventsOf('p')).toEqual(['Warning FailedScheduling no nodes available to schedule pods']);
    });
    await addNode('a');
    await eventually(async () => {
      const { spec, status } = await get('p');
      expect(spec?.nodeName).toBe('a');
      expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'PodScheduled', status: 'True' }));
      expect(await eventsOf('p')).toContain('Normal Scheduled Successfully assigned default/p to a');
    });
  });

  it('places a waiting pod when another makes room', async () => {
    await addNode('a');
    await addPod('big', '3');
    await eventually(async () => expect((await get('big')).spec?.nodeName).toBe('a'));
    await addPod('next', '3');
    await eventually(async () => {
      expect((await get('next')).status?.conditions?.[0]?.message).toContain('1 Insufficient cpu');
    });
    await client.delete(PODS, 'default', 'big', { gracePeriodSeconds: 0 });
    await eventually(async () => expect((await get('next')).spec?.nodeName).toBe('a'));
  });

  it('places a waiting pod when its node is uncordoned', async () => {
    await addNode('a');
    await client.patch(NODES, '', 'a', 'merge', { spec: { unschedulable: true } });
    await addPod('p');
    await eventually(async () => {
      expect((await get('p')).status?.conditions?.[0]?.message).toContain('1 node(s) were unschedulable');
    });
    await client.patch(NODES, '', 'a', 'merge', { spec: { unschedulable: false } });
    await eventually(async () => expect((await get('p')).spec?.nodeName).toBe('a'));
  });
});
