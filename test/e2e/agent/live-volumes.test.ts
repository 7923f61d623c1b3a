/** Volumes of the API's own content: they follow it, and leave nothing readable on the disk. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../agent/host/exec.ts';
import { unmountBelow } from '../../../agent/host/mounts.ts';
import { removeTree } from '../../../agent/host/remove.ts';
import { CONFIG_MAPS, PODS, type Pod, SECRETS } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, startTestNode, type TestNode } from './support.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode('itlive', 14);
}, 120_000);
afterAll(() => node.close());

/** Told by the contract: changes are seen within ten seconds; machines of tests are slow. */
const SECONDS = 30;

type Spec = NonNullable<Pod['spec']>;
type Mounts = NonNullable<Spec['containers'][number]['volumeMounts']>;

async function run(
  name: string,
  volumeMounts: Mounts,
  volumes: Spec['volumes'],
  spec: Partial<Spec> = {},
): Promise<Pod> {
  const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait'];
  await node.run(name, { containers: [{ name: 'c', image: IMAGE, command, volumeMounts }], volumes, ...spec });
  return eventually(async () => {
    const pod = await node.pod(name);
    expect(pod?.status?.phase).toBe('Running');
    return pod!;
  });
}

async function container(pod: Pod) {
  const all = await node.runtime.list(pod.metadata.uid);
  return all.find(({ kind, state }) => kind === 'container' && state === 'running');
}

async function execute(pod: Pod, script: string): Promise<string> {
  return (await node.runtime.exec((await container(pod))!.id, ['sh', '-c', script], 10_000)).output;
}

const metadata = (name: string) => ({ name, namespace: 'default' });
const configMap = (name: string, data: Record<string, string>, immutable?: boolean) =>
  node.client.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(name),
    data,
    ...(immutable === undefined ? {} : { immutable }),
  });
const secret = (name: string, value: string) =>
  node.client.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(name),
    data: { key: Buffer.from(value).toString('base64') },
  });

/** Files of the agent's on the disk, thus not those in memory, that hold a text. */
async function filesWith(text: string): Promise<string> {
  const found = await runCommand('find', [
    node.folder,
    '-xdev',
    '-type',
    'f',
    '-exec',
    'grep',
    '-l',
    '-F',
    text,
    '{}',
    '+',
  ]).catch(
    // grep tells by its exit code that it has found none.
    () => '',
  );
  return found;
}

async function removePod(pod: Pod): Promise<void> {
  await node.client.delete(PODS, 'default', pod.metadata.name!, { gracePeriodSeconds: 0 });
  await eventually(async () => {
    expect(await readdir(path.join(node.folder, 'volumes'))).not.toContain(pod.metadata.uid);
  });
}

describe('a running pod', () => {
  it('sees ConfigMaps and Secrets change, lose keys, appear and go, but not through a subPath', async () => {
    await configMap('settings', { a: '1', b: '1' });
    await secret('password', 'first');
    const pod = await run(
      'follower',
      [
        { name: 'settings', mountPath: '/settings' },
        { name: 'settings', mountPath: '/fixed', subPath: 'a' },
        { name: 'both', mountPath: '/both' },
        { name: 'perhaps', mountPath: '/perhaps' },
      ],
      [
        { name: 'settings', configMap: { name: 'settings' } },
        {
          name: 'both',
          projected: {
            sources: [
              { secret: { name: 'password' } },
              { configMap: { name: 'settings', items: [{ key: 'a', path: 'deep/a' }] } },
            ],
          },
        },
        { name: 'perhaps', configMap: { name: 'perhaps', optional: true } },
      ],
    );
    const before = (await container(pod))!.id;
    expect(await execute(pod, 'cat /settings/a /settings/b /fixed /both/key /both/deep/a; ls /perhaps')).toBe(
      '111first1',
    );

    await node.client.patch(CONFIG_MAPS, 'default', 'settings', 'merge', { data: { a: '2', b: null, c: '2' } });
    await node.client.patch(SECRETS, 'default', 'password', 'merge', { stringData: { key: 'second' } });
    await configMap('perhaps', { now: 'here' });
    await eventually(
      async () =>
        expect(
          await execute(pod, 'cat /settings/a /settings/c /fixed /both/key /both/deep/a /perhaps/now; ls /settings'),
        ).toBe('221second2herea\nc\n'),
      SECONDS,
    );
    await node.client.delete(CONFIG_MAPS, 'default', 'perhaps');
    await eventually(async () => expect(await execute(pod, 'ls /perhaps')).toBe(''), SECONDS);
    expect((await container(pod))!.id).toBe(before);
    await removePod(pod);
  });

  it('sees its own labels and annotations change', async () => {
    const items = [
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
      { path: 'note', fieldRef: { fieldPath: "metadata.annotations['note']" } },
      { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } },
    ];
    const pod = await run(
      'labelled',
      [
        { name: 'own', mountPath: '/own' },
        { name: 'projected', mountPath: '/projected' },
      ],
      [
        { name: 'own', downwardAPI: { items } },
        { name: 'projected', projected: { sources: [{ downwardAPI: { items } }] } },
      ],
    );
    // A limit that is left open is the node's.
    expect(await execute(pod, 'cat /own/labels /own/note /own/cpu')).toBe('2');
    const patch = { metadata: { labels: { tier: 'web' }, annotations: { note: 'seen' } } };
    await node.client.patch(PODS, 'default', 'labelled', 'merge', patch);
    await eventually(
      async () =>
        expect(await execute(pod, 'cat /own/labels /own/note /projected/labels /projected/note')).toBe(
          'tier="web"seentier="web"seen',
        ),
      SECONDS,
    );
    await removePod(pod);
  });

  it('costs no request for what is immutable, nor once it has gone', async () => {
    await configMap('for-ever', { a: '1' }, true);
    await configMap('changing', { a: '1' });
    const pod = await run(
      'counted',
      [
        { name: 'one', mountPath: '/one' },
        { name: 'two', mountPath: '/two' },
      ],
      [
        { name: 'one', configMap: { name: 'for-ever' } },
        { name: 'two', configMap: { name: 'changing' } },
      ],
    );
    const asked = (name: string) =>
      node.requests.filter((each) => each === `GET /api/v1/namespaces/default/configmaps/${name}`).length;
    const once = asked('for-ever');
    const before = asked('changing');
    await eventually(() => expect(asked('changing')).toBeGreaterThanOrEqual(before + 2), SECONDS);
    expect(asked('for-ever')).toBe(once);
    await removePod(pod);
    const after = asked('changing');
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(asked('changing')).toBe(after);
  });

  it('reads the files of its Secrets as the user and group that it runs as', async () => {
    await secret('shared', 'for-the-group');
    const pod = await run(
      'grouped',
      [{ name: 's', mountPath: '/s' }],
      [{ name: 's', secret: { secretName: 'shared', defaultMode: 0o400 } }],
      { securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 } },
    );
    expect(await execute(pod, 'cat /s/key; stat -L -c " %a %u %g" /s/key')).toBe('for-the-group 440 0 2000\n');
    await removePod(pod);
  });
});

describe('S19: a Secret that pods use', () => {
  it('is on no disk in clear, only in memory, and not at all once its last pod has gone', async () => {
    const value = 'correct horse battery staple';
    await secret('precious', value);
    await configMap('known', { key: 'open' });
    const volumes: Spec['volumes'] = [
      { name: 's', secret: { secretName: 'precious' } },
      { name: 'p', projected: { sources: [{ secret: { name: 'precious' } }] } },
      { name: 'c', configMap: { name: 'known' } },
    ];
    const mounts = ['s', 'p', 'c'].map((name) => ({ name, mountPath: `/${name}` }));
    const pod = await run('keeper', mounts, volumes);
    const other = await run('other', mounts, volumes);
    expect(await execute(pod, 'cat /s/key /p/key /c/key')).toBe(`${value}${value}open`);
    const clear = async () => {
      for (const text of [value, Buffer.from(value).toString('base64'), Buffer.from(value).toString('base64url')]) {
        expect(await filesWith(text)).toBe('');
      }
    };
    await clear();
    // The search finds what is there.
    expect(await filesWith('open')).not.toBe('');

    // A machine that comes up without its network still has it.
    const victim = (await container(pod))!;
    node.apiAway = true;
    try {
      await node.restart(async () => {
        await unmountBelow(runCommand, node.folder);
        await removeTree(path.join(node.folder, 'volumes'));
        await clear();
        await node.runtime.signal(victim.id, 'kill');
      });
      await eventually(async () => expect(await execute(pod, 'cat /s/key /p/key')).toBe(`${value}${value}`));
      await clear();
    } finally {
      node.apiAway = false;
    }

    const objects = path.join(node.folder, 'objects');
    expect((await readdir(objects)).length).toBe(2);
    await removePod(pod);
    expect((await readdir(objects)).length).toBe(2);
    await removePod(other);
    await eventually(async () => expect(await readdir(objects)).toEqual([]));
    await clear();
  });
});
