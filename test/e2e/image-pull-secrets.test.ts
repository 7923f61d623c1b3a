/** A registry that asks for a password, and pods that know it, or do not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event, Pod } from '../../src/client/resources.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

let cluster: TestCluster;
let registry: Registry;
let image: string;

beforeAll(async () => {
  registry = await startRegistry();
  await registry.push('busybox:1.36', 'private/tool:1');
  image = `${registry.host}/private/tool:1`;
  cluster = await createCluster();
  await cluster.start();
  await secret('right', registry.password);
  await secret('wrong', 'let-me-out');
});
afterAll(async () => {
  await cluster?.remove();
  await registry?.remove();
});

const secret = (name: string, password: string) =>
  cluster.kubectl(
    ...['create', 'secret', 'docker-registry', name, `--docker-server=${registry.host}`],
    ...[`--docker-username=${registry.username}`, `--docker-password=${password}`],
  );

async function runPod(name: string, secrets: string[]): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      imagePullSecrets: secrets.map((each) => ({ name: each })),
      containers: [{ name: 'tool', image, imagePullPolicy: 'Always', command: ['sleep', '1000'] }],
    },
  };
  expect((await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(pod))).stderr).toBe('');
}

test.each([
  ['its Secret', 'knows', ['right']],
  ['one of its Secrets, after a wrong one', 'knows-second', ['wrong', 'right']],
])('a pod pulls with %s', async (_, name, secrets) => {
  await runPod(name, secrets);
  await cluster.kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s');
  await cluster.kubectl('delete', 'pod', name);
});

test.each([
  ['a wrong password', 'wrong', ['wrong']],
  ['no Secret', 'none', []],
  ['a Secret that is not there', 'missing', ['missing']],
])('a pod with %s waits with ErrImagePull, then ImagePullBackOff, and says so in events', async (_, name, secrets) => {
  const line =
    '{.status.containerStatuses[0].state.waiting.reason}|{.status.containerStatuses[0].state.waiting.message}';
  const watch = cluster.follow('get', 'pods', '-l', `name=${name}`, '-w', '-o', `jsonpath=${line}{"\\n"}`);
  await runPod(name, secrets);
  await eventually(() => expect(watch.output()).toContain('ImagePullBackOff|'), 60);
  const seen = new Map(
    watch
      .output()
      .split('\n')
      .map((each) => each.split(/\|(.*)/) as [string, string]),
  );
  const why = /no basic auth credentials|unauthorized|authentication required/;
  expect(seen.get('ErrImagePull')).toMatch(why);
  const backOff = `Back-off pulling image "${image}"`;
  expect(seen.get('ImagePullBackOff')).toBe(`${backOff}: ErrImagePull: ${seen.get('ErrImagePull')}`);
  await eventually(async () => {
    const { items } = await cluster.get<{ items: Event[] }>(
      'events',
      '--field-selector',
      `involvedObject.name=${name}`,
    );
    const told = items.map(({ type, reason, message }) => `${type} ${reason} ${message}`);
    expect(told).toEqual(
      expect.arrayContaining([
        `Normal Pulling Pulling image "${image}"`,
        `Warning Failed Failed to pull image "${image}": ${seen.get('ErrImagePull')}`,
        'Warning Failed Error: ErrImagePull',
        `Normal BackOff ${backOff}`,
        'Warning Failed Error: ImagePullBackOff',
      ]),
    );
  }, 30);
  expect((await cluster.get<Pod>('pod', name)).status?.phase).toBe('Pending');
});

test('a pod that waits runs when its Secret comes', async () => {
  await secret('missing', registry.password);
  await cluster.kubectl('wait', '--for=condition=Ready', 'pod/missing', '--timeout=90s');
});
