import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../../../agent/runtime/contract.ts';
import { CONFIG_MAPS, EVENTS, PODS, type Pod } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, startTestNode, type TestNode } from './support.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode('itpods', 11);
}, 120_000);
afterAll(() => node.close());

const SLEEP = { name: 'c', image: IMAGE, command: ['sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait'] };

async function until(name: string, check: (pod: Pod) => void): Promise<Pod> {
  return eventually(async () => {
    const pod = await node.pod(name);
    if (pod === undefined) throw new Error(`${name} is gone`);
    check(pod);
    return pod;
  });
}

const phase = (wanted: string) => (pod: Pod) => expect(pod.status?.phase).toBe(wanted);
const first = (pod: Pod) => pod.status!.containerStatuses![0]!;

async function containersOf(pod: Pod): Promise<ObservedContainer[]> {
  return node.runtime.list(pod.metadata.uid);
}

async function reasons(pod: Pod): Promise<string[]> {
  const { items } = await node.client.list(EVENTS, { namespace: 'default' });
  return items
    .filter(({ involvedObject }) => involvedObject.uid === pod.metadata.uid)
    .map(({ reason }) => reason ?? '');
}

async function outputOf(container: ObservedContainer): Promise<string> {
  const bytes = await node.runtime.logs(
    container.id,
    { follow: false, timestamps: false },
    new AbortController().signal,
  );
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  return text;
}

describe('a pod', () => {
  it('runs with an address of its own, is told to the API, and ends gracefully', async () => {
    await node.run('sleeper', { containers: [SLEEP] });
    const pod = await until('sleeper', phase('Running'));
    expect(pod.status?.podIP).toMatch(/^10\.199\.11\./);
    expect(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    await eventually(async () =>
      expect(await reasons(pod)).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started'])),
    );

    await node.client.delete(PODS, 'default', 'sleeper');
    await eventually(async () => expect(await node.pod('sleeper')).toBeUndefined());
    expect(await containersOf(pod)).toEqual([]);
  });

  it('of several containers shares one network and resolves its environment and files', async () => {
    await node.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'default' },
      data: { greeting: 'hello' },
    });
    await node.run('pair', {
      restartPolicy: 'Never',
      initContainers: [
        {
          name: 'first',
          image: IMAGE,
          command: ['sh', '-c', 'echo made > /shared/file'],
          volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
        },
      ],
      containers: [
        {
          name: 'reader',
          image: IMAGE,
          command: [
            'sh',
            '-c',
            'echo $(GREETING) $POD_IP; cat /shared/file /config/greeting; id -u; until nc -w 5 127.0.0.1 7000 2>/dev/null; do sleep 0.1; done',
          ],
          env: [
            { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'greeting' } } },
            { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          ],
          securityContext: { runAsUser: 1000 },
          volumeMounts: [
            { name: 'shared', mountPath: '/shared' },
            { name: 'config', mountPath: '/config' },
          ],
        },
        { name: 'server', image: IMAGE, command: ['sh', '-c', 'echo over-localhost | nc -l -p 7000'] },
      ],
      volumes: [
        { name: 'shared', emptyDir: {} },
        { name: 'config', configMap: { name: 'settings' } },
      ],
    });
    const pod = await until('pair', ({ status }) => expect(['Succeeded', 'Failed']).toContain(status?.phase));
    const reader = (await containersOf(pod)).find(({ container }) => container === 'reader')!;
    expect(await outputOf(reader)).toMatch(/^hello 10\.199\.11\.\d+\nmade\nhello1000\nover-localhost\n/);
    expect(pod.status?.initContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  });

  it('whose container is killed restarts it and counts', async () => {
    await node.run('killed', { containers: [SLEEP] });
    const pod = await until('killed', phase('Running'));
    const [victim] = (await containersOf(pod)).filter(({ kind }) => kind === 'container');
    await node.runtime.signal(victim!.id, 'kill');
    const again = await until('killed', (each) => {
      expect(first(each).restartCount).toBe(1);
      expect(first(each).state?.running).toBeDefined();
    });
    expect(first(again).lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    expect(again.status?.podIP).toBe(pod.status?.podIP);
  });

  it('whose sandbox is killed gets a new one, and its containers with it', async () => {
    await node.run('stranded', { containers: [SLEEP] });
    const pod = await until('stranded', phase('Running'));
    const sandbox = (await containersOf(pod)).find(({ kind }) => kind === 'sandbox')!;
    await node.runtime.signal(sandbox.id, 'kill');
    await eventually(async () => {
      const now = await containersOf(pod);
      const next = now.find(({ kind, state }) => kind === 'sandbox' && state === 'running');
      expect(next?.attempt).toBe(1);
      expect(now.find(({ kind, state }) => kind === 'container' && state === 'running')?.sandboxId).toBe(next?.id);
    });
    await until('stranded', (each) => expect(first(each).restartCount).toBe(1));
  });

  it('that crashes again and again is backed off and says so', async () => {
    await node.run('crasher', { containers: [{ ...SLEEP, command: ['sh', '-c', 'exit 3'] }] });
    const pod = await until('crasher', (each) => {
      expect(first(each).state?.waiting?.reason).toBe('CrashLoopBackOff');
      expect(first(each).restartCount).toBe(1);
    });
    expect(first(pod).state?.waiting?.message).toContain(
      'back-off 10s restarting failed container=c pod=crasher_default(',
    );
    await eventually(async () => expect(await reasons(pod)).toContain('BackOff'));
  });

  it('whose command does not exist says what Docker said', async () => {
    await node.run('nocommand', { restartPolicy: 'Never', containers: [{ ...SLEEP, command: ['/nowhere'] }] });
    const pod = await until('nocommand', phase('Failed'));
    expect(first(pod).state?.terminated).toMatchObject({ reason: 'StartError', exitCode: 128 });
    expect(first(pod).state?.terminated?.message).toContain('/nowhere');
  });

  it('whose memory limit is too small is OOMKilled', async () => {
    const greedy = {
      ...SLEEP,
      command: ['sh', '-c', 'dd if=/dev/zero of=/dev/null bs=200M count=1'],
      resources: { limits: { memory: '16Mi' }, requests: { memory: '16Mi' } },
    };
    await node.run('greedy', { restartPolicy: 'Never', containers: [greedy] });
    const pod = await until('greedy', phase('Failed'));
    expect(first(pod).state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  it.each([
    ['Never', 'none.invalid/x:1', 'ErrImageNeverPull'],
    ['IfNotPresent', 'none.invalid/x:1', 'ImagePullBackOff'],
    ['IfNotPresent', 'Not A Name', 'InvalidImageName'],
  ])('with pull policy %s and image %s waits with %s', async (imagePullPolicy, image, reason) => {
    const name = `image-${reason.toLowerCase()}`;
    const policy = imagePullPolicy as 'Never' | 'IfNotPresent';
    await node.run(name, { containers: [{ ...SLEEP, image, imagePullPolicy: policy }] });
    const pod = await until(name, (each) => expect(first(each).state?.waiting?.reason).toBe(reason));
    expect(pod.status?.phase).toBe('Pending');
    await node.client.delete(PODS, 'default', name);
    await eventually(async () => expect(await node.pod(name)).toBeUndefined());
  });

  it('with a volume that this node cannot mount never runs without it, and says so', async () => {
    await node.run('novolume', {
      containers: [{ ...SLEEP, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', nfs: { server: 'nowhere', path: '/' } }],
    });
    const pod = await until('novolume', phase('Pending'));
    await eventually(async () => expect(await reasons(pod)).toContain('FailedMount'));
    expect(await containersOf(pod)).toEqual([]);
  });

  it('is ready only while its probe says so', async () => {
    const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait'];
    const readinessProbe = { exec: { command: ['test', '-e', '/tmp/ready'] }, periodSeconds: 1 };
    await node.run('probed', { containers: [{ ...SLEEP, command, readinessProbe }] });
    const pod = await until('probed', (each) => {
      expect(first(each).state?.running).toBeDefined();
      expect(first(each).ready).toBe(false);
    });
    const container = (await containersOf(pod)).find(({ kind }) => kind === 'container')!;
    await node.runtime.exec(container.id, ['touch', '/tmp/ready'], 5000);
    await until('probed', (each) => expect(first(each).ready).toBe(true));
  });
});

describe('an agent', () => {
  it('that starts again finds its pods and makes none anew', async () => {
    await node.run('kept', { containers: [SLEEP] });
    const pod = await until('kept', phase('Running'));
    const before = (await containersOf(pod)).map(({ id }) => id);
    await node.restart();
    await node.run('after-restart', { containers: [SLEEP] });
    await until('after-restart', phase('Running'));
    expect((await containersOf(pod)).map(({ id }) => id)).toEqual(before);
  });

  it('restarts a crashed container while the API is away, also after a restart of its own', async () => {
    await node.run('offline', { containers: [SLEEP] });
    const pod = await until('offline', phase('Running'));
    const running = async () =>
      (await containersOf(pod)).find(({ kind, state }) => kind === 'container' && state === 'running');
    const victim = (await running())!;
    node.apiAway = true;
    try {
      await node.restart();
      await node.runtime.signal(victim.id, 'kill');
      await eventually(async () => expect((await running())?.attempt).toBe(1));
    } finally {
      node.apiAway = false;
    }
    const survivor = (await running())!.id;
    await until('offline', (each) => expect(first(each).restartCount).toBe(1));
    expect((await running())?.id).toBe(survivor);
  });

  it('removes what was deleted while it was not looking', async () => {
    await node.run('orphan', { containers: [SLEEP] });
    const pod = await until('orphan', phase('Running'));
    await node.restart(() => node.client.delete(PODS, 'default', 'orphan', { gracePeriodSeconds: 0 }));
    await eventually(async () => expect(await containersOf(pod)).toEqual([]));
  });
});
