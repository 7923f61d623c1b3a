import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../agent/host/exec.ts';
import type { Pod } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, startTestNode, type TestNode } from './support.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode('itseccomp', 13);
  await mkdir(path.join(node.folder, 'seccomp/team'), { recursive: true });
  const profile = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
  };
  await writeFile(path.join(node.folder, 'seccomp/team/no-mkdir.json'), JSON.stringify(profile));
}, 120_000);
afterAll(() => node.close());

type Security = NonNullable<NonNullable<Pod['spec']>['containers'][number]['securityContext']>;

async function run(name: string, ofContainer: Security | undefined, ofPod?: Security['seccompProfile']) {
  const script = 'grep ^Seccomp: /proc/self/status; mkdir /x && echo made';
  await node.run(name, {
    restartPolicy: 'Never',
    ...(ofPod === undefined ? {} : { securityContext: { seccompProfile: ofPod } }),
    containers: [
      { name: 'c', image: IMAGE, command: ['sh', '-c', script], ...(ofContainer && { securityContext: ofContainer }) },
    ],
  });
  return eventually(async () => {
    const pod = await node.pod(name);
    const state = pod?.status?.containerStatuses?.[0]?.state;
    if (state?.waiting?.reason?.startsWith('CreateContainer')) return state.waiting.message ?? '';
    const done = (await node.runtime.list(pod?.metadata.uid)).find(({ kind }) => kind === 'container');
    if (done?.state !== 'exited') throw new Error('not yet');
    const bytes = await node.runtime.logs(done.id, { follow: false, timestamps: false }, new AbortController().signal);
    let text = '';
    for await (const chunk of bytes) text += Buffer.from(chunk).toString();
    return text;
  });
}

const UNCONFINED = { type: 'Unconfined' as const };
const localhost = (localhostProfile: string) => ({ type: 'Localhost' as const, localhostProfile });

describe('S26: a container', () => {
  it("runs under the runtime's profile when its pod says nothing, or RuntimeDefault", async () => {
    expect(await run('nothing', undefined)).toBe('Seccomp:\t2\nmade\n');
    expect(await run('default', { seccompProfile: { type: 'RuntimeDefault' } }, UNCONFINED)).toBe(
      'Seccomp:\t2\nmade\n',
    );
  });

  it('runs under none when its pod, or it itself, says so, or when it is privileged', async () => {
    expect(await run('of-pod', undefined, UNCONFINED)).toBe('Seccomp:\t0\nmade\n');
    expect(await run('of-container', { seccompProfile: UNCONFINED })).toBe('Seccomp:\t0\nmade\n');

    // Not every machine that tests run on lets a container be privileged: what it is created with tells.
    const { metadata } = await node.run('privileged', {
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: IMAGE, command: ['true'], securityContext: { privileged: true } }],
    });
    const id = await eventually(async () => {
      const made = (await node.runtime.list(metadata.uid)).find(({ kind }) => kind === 'container');
      if (made === undefined) throw new Error('not yet');
      return made.id;
    });
    const options = await runCommand('docker', ['inspect', '-f', '{{json .HostConfig.SecurityOpt}}', id]);
    expect(JSON.parse(options)).toContain('seccomp=unconfined');
  });

  it('runs under a profile of the machine that it names, and not without it', async () => {
    expect(await run('named', { seccompProfile: localhost('team/no-mkdir.json') })).toMatch(
      /^(Seccomp:\t2\n)?mkdir: .*\n(Seccomp:\t2\n)?$/,
    );
    expect(await run('missing', { seccompProfile: localhost('team/none.json') })).toMatch(
      /^cannot load seccomp profile ".*\/seccomp\/team\/none.json": no such file or directory$/,
    );
  });
});
