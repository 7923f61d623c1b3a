/** The node trusts no container: what a volume holds leads nowhere but into the volume. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../agent/host/exec.ts';
import { mountsBelow } from '../../../agent/host/mount-table.ts';
import { removeTree } from '../../../agent/host/remove.ts';
import type { ObservedContainer } from '../../../agent/runtime/contract.ts';
import { bindSubPath } from '../../../agent/volumes/sub-path.ts';
import { CONFIG_MAPS, EVENTS, PODS, type Pod, SECRETS } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, startTestNode, type TestNode } from './support.ts';

let node: TestNode;
/** A folder of the machine that no container may see. */
let host: string;
beforeAll(async () => {
  node = await startTestNode('itvolumes', 12);
  host = await mkdtemp(path.join(os.tmpdir(), 'kedge-host-'));
  await writeFile(path.join(host, 'host-file'), 'of the host');
}, 120_000);
afterAll(async () => {
  await node.close();
  await rm(host, { recursive: true, force: true });
});

const WAIT = 'trap "exit 0" TERM; sleep 1000 & wait';
const shell = (name: string, script: string, mounts: Mounts = []) => ({
  name,
  image: IMAGE,
  command: ['sh', '-c', script],
  volumeMounts: mounts,
});
type Mounts = NonNullable<NonNullable<Pod['spec']>['containers'][number]['volumeMounts']>;

async function until(name: string, check: (pod: Pod) => void): Promise<Pod> {
  return eventually(async () => {
    const pod = await node.pod(name);
    if (pod === undefined) throw new Error(`${name} is gone`);
    check(pod);
    return pod;
  });
}

const phase = (wanted: string) => (pod: Pod) => expect(pod.status?.phase).toBe(wanted);
const volumeOf = (pod: Pod, name: string) => path.join(node.folder, 'volumes', pod.metadata.uid!, 'volumes', name);

async function container(pod: Pod, name: string): Promise<ObservedContainer | undefined> {
  return (await node.runtime.list(pod.metadata.uid)).find((each) => each.container === name);
}

async function outputOf(pod: Pod, name: string): Promise<string> {
  const { id } = (await container(pod, name))!;
  const bytes = await node.runtime.logs(id, { follow: false, timestamps: false }, new AbortController().signal);
  let text = '';
  for await (const chunk of bytes) text += Buffer.from(chunk).toString();
  return text;
}

async function execute(pod: Pod, name: string, script: string): Promise<string> {
  const { id } = (await container(pod, name))!;
  return (await node.runtime.exec(id, ['sh', '-c', script], 10_000)).output;
}

async function messages(pod: Pod, wanted: string): Promise<string[]> {
  const { items } = await node.client.list(EVENTS, { namespace: 'default' });
  return items
    .filter(({ involvedObject, reason }) => involvedObject.uid === pod.metadata.uid && reason === wanted)
    .map(({ message }) => message ?? '');
}

async function remove(name: string): Promise<void> {
  await node.client.delete(PODS, 'default', name, { gracePeriodSeconds: 0 });
}

describe('a subPath', () => {
  it.each([
    ['a link to the root', 'ln -s / /v/link', 'link'],
    ['a path through a link to the root', 'ln -s / /v/link', 'link/etc'],
    ['a path through a link to a folder that is missing', 'ln -s /none-such-here /v/link', 'link/made'],
    ['links that lead out step by step', 'mkdir /v/a; ln -s ../../../../../.. /v/a/link', 'a/link'],
    ['a link out for missing folders', 'ln -s ../../../../../../tmp /v/link', 'link/a/b'],
    ['links in a circle', 'ln -s two /v/one; ln -s one /v/two', 'one'],
  ])('S1: that is %s, planted by a container, never shows the host', async (_title, plant, subPath) => {
    const name = `planted-${subPath.replaceAll('/', '-')}-${plant.length}`;
    await node.run(name, {
      initContainers: [shell('planter', plant, [{ name: 'v', mountPath: '/v' }])],
      containers: [shell('victim', `ls /m; ${WAIT}`, [{ name: 'v', mountPath: '/m', subPath }])],
      volumes: [{ name: 'v', emptyDir: {} }],
    });
    const said = 'failed to prepare subPath for volumeMount "v" of container "victim"';
    const pod = await until(name, ({ status }) => {
      expect(status?.containerStatuses?.[0]?.state?.waiting).toEqual({
        reason: 'CreateContainerConfigError',
        message: said,
      });
    });
    await eventually(async () => expect(await messages(pod, 'Failed')).toContain(`Error: ${said}`));
    expect(await container(pod, 'victim')).toBeUndefined();
    expect(await mountsBelow(path.join(node.folder, 'volumes', pod.metadata.uid!))).toEqual([]);
    await remove(name);
  });

  it('S1: that a running container swaps for a link again and again never shows the host', async () => {
    // The folder is there half of the time, and otherwise a link to the host's folder has its name.
    const race = `mkdir /v/x; touch /v/x/inside; while :; do mv /v/x /v/y; ln -s ${host} /v/x; rm /v/x; mv /v/y /v/x; done`;
    const victims = Array.from({ length: 8 }, (_, at) =>
      shell(`victim-${at}`, `ls /m; ${WAIT}`, [{ name: 'v', mountPath: '/m', subPath: 'x' }]),
    );
    await node.run('race', {
      containers: [shell('racer', race, [{ name: 'v', mountPath: '/v' }]), ...victims],
      volumes: [{ name: 'v', emptyDir: {} }],
    });
    const pod = await until('race', ({ status }) => {
      const started = status?.containerStatuses?.filter(({ state }) => state?.running);
      expect(started?.length).toBeGreaterThan(4);
    });
    for (const { name } of victims) {
      if ((await container(pod, name))?.state !== 'running') continue;
      const output = await outputOf(pod, name);
      expect(output).not.toContain('host-file');
    }

    // The same, often: what is mounted is what was opened.
    let bound = 0;
    let refused = 0;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-race-'));
    try {
      for (let index = 0; bound + refused < 300; index = (index + 1) % 3) {
        const mount = { volume: 'v', container: 'c', index, source: volumeOf(pod, 'v'), subPath: 'x' };
        await bindSubPath(runCommand, folder, mount).then(
          async (target) => {
            bound += 1;
            // Either the container's own folder, or one that the agent made in a moment without any.
            expect(await readdir(target)).not.toContain('host-file');
          },
          () => {
            refused += 1;
          },
        );
      }
    } finally {
      for (const each of await mountsBelow(folder)) await runCommand('umount', [each]);
      await removeTree(folder);
    }
    expect(bound).toBeGreaterThan(0);
    expect(await readdir(host)).toEqual(['host-file']);
    await remove('race');
  });

  it('mounts folders, files, links within the volume and what is missing, as written', async () => {
    await node.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one-file', namespace: 'default' },
      data: { key: 'from-the-map' },
    });
    const plant =
      'mkdir -p /v/a/b; echo deep > /v/a/b/file; ln -s a/b /v/inside; ln -s ../inside/file /v/a/up; chmod 700 /v/a';
    await node.run('paths', {
      initContainers: [shell('planter', plant, [{ name: 'v', mountPath: '/v' }])],
      containers: [
        {
          ...shell(
            'reader',
            `cat /file /link/file /up /key; stat -c %a /made; touch /made/x && echo writable; touch /locked/x 2>/dev/null || echo locked; touch /key 2>/dev/null || echo fixed; ls /pods; ${WAIT}`,
            [
              { name: 'v', mountPath: '/file', subPath: 'a/b/file' },
              { name: 'v', mountPath: '/link', subPath: 'inside' },
              { name: 'v', mountPath: '/up', subPath: 'a/up' },
              { name: 'v', mountPath: '/made', subPath: 'x//y/./z' },
              { name: 'v', mountPath: '/locked', subPath: 'inside', readOnly: true },
              { name: 'v', mountPath: '/pods', subPathExpr: 'by-name/$(POD)' },
              { name: 'map', mountPath: '/key', subPath: 'key' },
            ],
          ),
          env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'map', configMap: { name: 'one-file' } },
      ],
    });
    const pod = await until('paths', phase('Running'));
    await eventually(async () => {
      const output = await outputOf(pod, 'reader');
      expect(output).toBe('deep\ndeep\ndeep\nfrom-the-map777\nwritable\nlocked\nfixed\n');
    });
    expect(await readdir(path.join(volumeOf(pod, 'v'), 'by-name'))).toEqual(['paths']);
    expect((await stat(path.join(volumeOf(pod, 'v'), 'x'))).uid).toBe(0);

    // Found again by an agent that did not make them.
    const below = path.join(node.folder, 'volumes', pod.metadata.uid!);
    expect((await mountsBelow(below)).length).toBe(7);
    await node.restart();
    await node.runtime.signal((await container(pod, 'reader'))!.id, 'kill');
    await until('paths', ({ status }) => {
      expect(status?.containerStatuses?.[0]?.restartCount).toBe(1);
      expect(status?.containerStatuses?.[0]?.state?.running).toBeDefined();
    });
    expect((await mountsBelow(below)).length).toBe(7);
    expect(await execute(pod, 'reader', 'cat /link/file')).toBe('deep\n');
    await remove('paths');
    await eventually(async () =>
      expect(await readdir(path.join(node.folder, 'volumes'))).not.toContain(pod.metadata.uid),
    );
    expect(await mountsBelow(below)).toEqual([]);
  });

  it('follows absolute links of the machine that stay within the volume, also when that is all of the machine', async () => {
    const shared = path.join(host, 'shared');
    await mkdir(path.join(shared, 'real'), { recursive: true });
    await writeFile(path.join(shared, 'real/file'), 'within\n');
    await symlink(path.join(shared, 'real'), path.join(shared, 'absolute'));
    await symlink(host, path.join(shared, 'out'));
    const below = shared.slice(1);
    await node.run('machine', {
      containers: [
        shell('c', `cat /one/file /two/file; ${WAIT}`, [
          { name: 'shared', mountPath: '/one', subPath: 'absolute' },
          { name: 'all', mountPath: '/two', subPath: `${below}/absolute`, readOnly: true },
        ]),
        shell('d', WAIT, [{ name: 'shared', mountPath: '/out', subPath: 'out' }]),
      ],
      volumes: [
        { name: 'shared', hostPath: { path: shared } },
        { name: 'all', hostPath: { path: '/' } },
      ],
    });
    const pod = await until('machine', ({ status }) => {
      expect(status?.containerStatuses?.map(({ state }) => state?.waiting?.reason ?? 'running')).toEqual([
        'running',
        'CreateContainerConfigError',
      ]);
    });
    await eventually(async () => expect(await outputOf(pod, 'c')).toBe('within\nwithin\n'));
    await remove('machine');
    await eventually(async () =>
      expect(await readdir(path.join(node.folder, 'volumes'))).not.toContain(pod.metadata.uid),
    );
    expect(await readFile(path.join(shared, 'real/file'), 'utf8')).toBe('within\n');
    await rm(shared, { recursive: true });
  });

  it.each([
    ['a/../../b', "unable to provision SubPath `a/../../b`: must not contain '..'"],
    ['/etc', 'error SubPath `/etc` must not be an absolute path'],
    [undefined, 'missing value for "WHERE"'],
  ])('expanded to %s is refused', async (value, said) => {
    const name = `expanded-${said.length}`;
    const mounted = shell('c', WAIT, [{ name: 'v', mountPath: '/v', subPathExpr: '$(WHERE)' }]);
    await node.run(name, {
      containers: [{ ...mounted, env: value === undefined ? [] : [{ name: 'WHERE', value }] }],
      volumes: [{ name: 'v', emptyDir: {} }],
    });
    await until(name, ({ status }) => expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(said));
    await remove(name);
  });
});

describe('S11: a volume of the API’s own content', () => {
  it('cannot be written to by a container, and a link in it is not followed', async () => {
    await node.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'content', namespace: 'default' },
      data: { key: 'right' },
    });
    await node.client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'content', namespace: 'default' },
      data: { key: Buffer.from('right').toString('base64') },
    });
    const kinds = ['config', 'secret', 'projected', 'downward'];
    await node.run('readers', {
      containers: [
        shell(
          'c',
          WAIT,
          kinds.map((name) => ({ name, mountPath: `/${name}` })),
        ),
      ],
      volumes: [
        { name: 'config', configMap: { name: 'content' } },
        { name: 'secret', secret: { secretName: 'content' } },
        { name: 'projected', projected: { sources: [{ secret: { name: 'content' } }] } },
        { name: 'downward', downwardAPI: { items: [{ path: 'key', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ],
    });
    const pod = await until('readers', phase('Running'));
    for (const kind of kinds) {
      const output = await execute(pod, 'c', `cat /${kind}/key; touch /${kind}/x; rm /${kind}/..data`);
      expect(output, kind).toMatch(/^(right|readers)/m);
      expect(output.match(/Read-only file system/g), kind).toHaveLength(2);
    }

    // As a container could, before its volumes were read-only: the next mount must not walk the host.
    await writeFile(path.join(host, 'key'), 'right');
    for (const link of ['../../../../../../../../../..', host, '..', '.', '..2026_01_01_00_00_00.abc/../../x']) {
      await rm(path.join(volumeOf(pod, 'config'), '..data'));
      await symlink(link, path.join(volumeOf(pod, 'config'), '..data'));
      await node.restart();
      await node.runtime.signal((await container(pod, 'c'))!.id, 'kill');
      await eventually(async () => {
        expect(await execute(pod, 'c', 'cat /config/key; readlink /config/..data')).toMatch(/^right\.\.\d{4}_[\d_]+\./);
      });
    }
    await rm(path.join(host, 'key'));
    await remove('readers');
  });
});

describe('what is mounted', () => {
  it('and busy is told, tried again, and never removed through', async () => {
    await node.run('busy', {
      containers: [shell('c', `echo kept > /v/file; ${WAIT}`, [{ name: 'v', mountPath: '/v' }])],
      volumes: [{ name: 'v', emptyDir: { medium: 'Memory' } }],
    });
    const pod = await until('busy', phase('Running'));
    const volume = volumeOf(pod, 'v');
    await eventually(() => readFile(path.join(volume, 'file'), 'utf8'));
    const visitor = spawn('sleep', ['1000'], { cwd: volume });
    await remove('busy');
    await eventually(async () => expect((await messages(pod, 'FailedUnMount'))[0]).toMatch(/target is busy/));
    expect(await readFile(path.join(volume, 'file'), 'utf8')).toBe('kept\n');
    visitor.kill();
    await eventually(async () =>
      expect(await readdir(path.join(node.folder, 'volumes'))).not.toContain(pod.metadata.uid),
    );
  });

  it('also of the same file system, and as a file, keeps a folder from being removed', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-guard-'));
    const precious = path.join(host, 'precious');
    await mkdir(precious);
    await writeFile(path.join(precious, 'data'), 'precious');
    await mkdir(path.join(folder, 'a/b c'), { recursive: true });
    await writeFile(path.join(folder, 'a/other'), '');
    await writeFile(path.join(folder, 'file'), '');
    await runCommand('mount', ['--bind', precious, path.join(folder, 'a/b c')]);
    await runCommand('mount', ['--bind', path.join(precious, 'data'), path.join(folder, 'file')]);
    await expect(removeTree(folder)).rejects.toThrow(/a\/b c, .*file is mounted/);
    expect(await readdir(path.join(folder, 'a'))).toEqual(['b c', 'other']);
    await runCommand('umount', [path.join(folder, 'file')]);
    await expect(removeTree(folder)).rejects.toThrow('is mounted');
    await runCommand('umount', [path.join(folder, 'a/b c')]);
    await removeTree(folder);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    expect(await readFile(path.join(precious, 'data'), 'utf8')).toBe('precious');
  });

  it('away, a tree of any depth goes, and links in it lead the removal nowhere', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-deep-'));
    const script = `cd ${folder}; ln -s ${host} out; for i in $(seq 600); do mkdir d; ln -s ${host} out 2>/dev/null; cd d; done; echo x > end`;
    await runCommand('sh', ['-c', script]);
    await removeTree(folder);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    expect(await readFile(path.join(host, 'host-file'), 'utf8')).toBe('of the host');
  });
});
