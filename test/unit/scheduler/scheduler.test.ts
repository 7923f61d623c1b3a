import { beforeEach, describe, expect, it } from 'vitest';
import { NODES, PODS } from '../../../src/client/resources.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../../src/reconcile/contract.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import { MemoryClient } from '../../support/memory-client.ts';
import { assigned, node, pod } from './factories.ts';

let api: MemoryClient;
let scheduler: Controller;
let events: string[];
let time: Date;

beforeEach(() => {
  api = new MemoryClient();
  scheduler = createScheduler();
  events = [];
  time = new Date('2026-02-01T10:00:00Z');
});

async function run(signal: AbortSignal = new AbortController().signal): Promise<Result> {
  const deferred: (() => Promise<void>)[] = [];
  const context: ReconcileContext = {
    tenant: 'root',
    client: api,
    ownership: {} as ReconcileContext['ownership'],
    changes: api.changes,
    events: {
      event: async (about, type, reason, message) => {
        events.push(`${about.metadata.name} ${type} ${reason} ${message}`);
      },
    },
    enqueue: async () => {},
    defer: (work) => deferred.push(work),
    now: () => time,
    signal,
  };
  try {
    return await scheduler.reconcile(context, 'pending');
  } finally {
    for (const work of deferred) await work();
  }
}

const nodeOf = async (name: string) => (await api.get(PODS, 'default', name)).spec?.nodeName;

describe('the scheduler', () => {
  it('binds all waiting pods and says so', async () => {
    api.put(NODES, node('n1'));
    api.put(PODS, pod('a'));
    api.put(PODS, pod('b', { spec: { schedulingGates: [{ name: 'g' }] } }));
    api.put(PODS, pod('c', { spec: { schedulerName: 'mine' } }));
    expect(await run()).toEqual(DONE);
    expect([await nodeOf('a'), await nodeOf('b'), await nodeOf('c')]).toEqual(['n1', undefined, undefined]);
    expect(events).toEqual(['a Normal Scheduled Successfully assigned default/a to n1']);
  });

  it('reads the cluster once, however many pods wait and however often, and then what changed', async () => {
    for (let index = 0; index < 4; index++) api.put(NODES, node(`n${index}`));
    for (let index = 0; index < 100; index++) api.put(PODS, pod(`p${index}`, { owner: 'rs' }));
    await run();
    for (let index = 0; index < 100; index++) api.put(PODS, pod(`q${index}`, { owner: 'rs' }));
    await run();
    expect(api.counts.get('list nodes')).toBe(1);
    expect(api.counts.get('list pods')).toBe(1);
    expect(api.counts.get('binding pods')).toBe(200);
  });

  it('sees what changed between two passes: pods that went, nodes that came, went and filled', async () => {
    const requests = { cpu: '4' };
    api.put(NODES, node('n1'));
    api.put(PODS, pod('a', { requests }));
    await run();
    api.put(PODS, pod('b', { requests }));
    await run();
    expect([await nodeOf('a'), await nodeOf('b')]).toEqual(['n1', undefined]);
    await api.delete(PODS, 'default', 'a');
    await run();
    expect(await nodeOf('b')).toBe('n1');
    api.put(NODES, node('n2'));
    api.put(PODS, assigned(pod('taken', { requests, hostPorts: [{ hostPort: 80 }] }), 'n2'));
    api.put(PODS, pod('c', { requests }));
    await run();
    expect(await nodeOf('c')).toBeUndefined();
    await api.delete(NODES, '', 'n1');
    api.put(NODES, node('n3'));
    await run();
    expect(await nodeOf('c')).toBe('n3');
  });

  it('counts a pod whose binding failed on no node', async () => {
    api.put(NODES, node('n1'));
    api.put(PODS, pod('a', { requests: { cpu: '4' } }));
    overtake('a', () => api.delete(PODS, 'default', 'a'));
    await run();
    api.put(PODS, pod('b', { requests: { cpu: '4' } }));
    await run();
    expect(await nodeOf('b')).toBe('n1');
  });

  it('does not count finished pods', async () => {
    api.put(NODES, node('n1'));
    const requests = { cpu: '4' };
    api.put(PODS, assigned(pod('done', { requests, status: { phase: 'Succeeded' } }), 'n1'));
    api.put(PODS, pod('a', { requests }));
    await run();
    expect(await nodeOf('a')).toBe('n1');
  });

  it('says once why a pod fits nowhere, and again only when the answer changes', async () => {
    api.put(NODES, node('n1', { unschedulable: true }));
    api.put(PODS, pod('a', { generation: 3 }));
    await run();
    const first = '0/1 nodes are available: 1 node(s) were unschedulable.';
    expect((await api.get(PODS, 'default', 'a')).status?.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: first,
        lastTransitionTime: '2026-02-01T10:00:00Z',
        observedGeneration: 3,
      },
    ]);
    time = new Date('2026-02-01T10:05:00Z');
    await run();
    expect(events).toEqual([`a Warning FailedScheduling ${first}`]);
    expect(api.counts.get('patch pods')).toBe(1);

    await api.delete(NODES, '', 'n1');
    await run();
    expect(events[1]).toBe('a Warning FailedScheduling no nodes available to schedule pods');
    const [condition] = (await api.get(PODS, 'default', 'a')).status!.conditions!;
    expect(condition).toMatchObject({ status: 'False', lastTransitionTime: '2026-02-01T10:00:00Z' });
  });

  it('goes on with the batch when a pod is gone or was placed by someone else meanwhile', async () => {
    api.put(NODES, node('n1'));
    for (const name of ['a', 'b', 'c']) api.put(PODS, pod(name));
    overtake('a', () => api.delete(PODS, 'default', 'a'));
    overtake('b', async () => void api.put(PODS, assigned(pod('b'), 'n9')));
    expect(await run()).toEqual(DONE);
    expect([await nodeOf('b'), await nodeOf('c')]).toEqual(['n9', 'n1']);
    expect(events).toEqual(['c Normal Scheduled Successfully assigned default/c to n1']);
  });

  it('finishes the batch before it fails, to try again what could not be written', async () => {
    api.put(NODES, node('n1'));
    for (const name of ['a', 'b']) api.put(PODS, pod(name));
    overtake('a', async () => {
      throw StatusError.serviceUnavailable('the database is away');
    });
    await expect(run()).rejects.toThrow('the database is away');
    expect([await nodeOf('a'), await nodeOf('b')]).toEqual([undefined, 'n1']);
    expect(await run()).toEqual(DONE);
    expect(await nodeOf('a')).toBe('n1');
  });

  it('tells the owner when the API refuses the placement, and tries again', async () => {
    api.put(NODES, node('n1'));
    api.put(PODS, pod('a'));
    overtake('a', async () => {
      throw StatusError.badRequest('no such thing');
    });
    await expect(run()).rejects.toThrow('no such thing');
    expect(events).toEqual(['a Warning FailedScheduling binding rejected: no such thing']);
    expect((await api.get(PODS, 'default', 'a')).status?.conditions?.[0]).toMatchObject({ reason: 'SchedulerError' });
    expect(await run()).toEqual(DONE);
    expect(await nodeOf('a')).toBe('n1');
  });

  it('tries again after a conflict that leaves the pod waiting', async () => {
    api.put(NODES, node('n1'));
    api.put(PODS, pod('a'));
    overtake('a', async () => {
      throw StatusError.modified(PODS, 'a');
    });
    await expect(run()).rejects.toThrow('the object has been modified');
  });

  it('stops between writes when its time is over, and asks to go on', async () => {
    api.put(NODES, node('n1'));
    for (let index = 0; index < 40; index++) api.put(PODS, pod(`p${index}`));
    const controller = new AbortController();
    overtake('p0', async () => controller.abort());
    expect(await run(controller.signal)).toEqual({ outcome: 'after', seconds: 0 });
    expect(await run()).toEqual(DONE);
    const { items } = await api.list(PODS, { fieldSelector: 'spec.nodeName=' });
    expect(items).toEqual([]);
  });
});

/** Does something just before the pod's binding reaches the API, once. */
function overtake(name: string, act: () => Promise<void>): void {
  const bind = api.createSubresource.bind(api);
  let done = false;
  api.createSubresource = async (resource, namespace, podName, subresource, body) => {
    if (podName === name && !done) {
      done = true;
      await act();
    }
    return bind(resource, namespace, podName, subresource, body);
  };
}
