/** `kedge up` beside another cluster, and what it says when it cannot start. */
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Node, Service } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

let first: TestCluster;
let second: TestCluster;

beforeAll(async () => {
  [first, second] = await Promise.all([createCluster(), createCluster()]);
  await first.start();
  await second.start();
});
afterAll(async () => {
  await first?.remove();
  await second?.remove();
});

const kedge = (...args: string[]) =>
  run(
    process.execPath,
    ['src/cli/main.ts', ...args].map((each, i) => (i === 0 ? `${ROOT}${each}` : each)),
  );

async function serve(cluster: TestCluster, name: string): Promise<string> {
  const created = await cluster.tryKubectl(
    ['create', '-f', '-'],
    [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'web',
              image: 'busybox:1.36',
              command: ['sh', '-c', `mkdir /www; echo ${name} > /www/index.html; exec httpd -f -p 80 -h /www`],
            },
          ],
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: { selector: { app: name }, ports: [{ port: 80 }] },
      },
    ]
      .map((object) => JSON.stringify(object))
      .join('\n---\n'),
  );
  expect(created.stderr).toBe('');
  await cluster.kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s');
  return (await cluster.get<Service>('service', name)).spec!.clusterIP!;
}

describe('two clusters on one machine', () => {
  test('have addresses of their own and serve side by side', async () => {
    const [one, two] = await Promise.all([
      first.get<Node>('node', first.nodeName),
      second.get<Node>('node', second.nodeName),
    ]);
    expect(one.spec!.podCIDR).not.toBe(two.spec!.podCIDR);
    const [a, b] = await Promise.all([serve(first, 'apple'), serve(second, 'berry')]);
    await eventually(async () => {
      expect((await run('curl', ['-sS', '--max-time', '3', `http://${a}`])).stdout).toBe('apple\n');
      expect((await run('curl', ['-sS', '--max-time', '3', `http://${b}`])).stdout).toBe('berry\n');
    });
    expect(await first.kubectl('get', 'pods', '-o', 'name')).toBe('pod/apple\n');
    expect(await second.kubectl('get', 'pods', '-o', 'name')).toBe('pod/berry\n');
  });

  test('removing one leaves the other alone and nothing of its own behind', async () => {
    const id = await first.id();
    const traces = async () => {
      const rules = (await run('iptables-save', [])).stdout;
      const networks = (await run('docker', ['network', 'ls', '--format', '{{.Name}}'])).stdout.split('\n');
      return [rules.includes(`KEDGE-${id.toUpperCase()}-`), networks.includes(`kedge-${id}`)];
    };
    expect(await traces()).toEqual([true, true]);
    await first.remove();
    expect(await traces()).toEqual([false, false]);
    expect(await second.containers('web')).toHaveLength(1);
    const ip = (await second.get<Service>('service', 'berry')).spec!.clusterIP!;
    expect((await run('curl', ['-sS', '--max-time', '3', `http://${ip}`])).stdout).toBe('berry\n');
  });

  test('tokens of one are worth nothing in the other', async () => {
    const { stdout } = await kedge('token', 'create', 'guest', '--data-dir', second.dataDir.root);
    const { code, stderr } = await second.tryKubectl(['--token', stdout.trim(), 'get', 'pods']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'pods is forbidden: User "guest" cannot list resource "pods" in API group "" in the namespace "default"',
    );
  });
});

describe('the kubeconfig', () => {
  test('is for its owner alone', async () => {
    expect((await stat(second.dataDir.kubeconfig)).mode & 0o777).toBe(0o600);
  });
});

describe('kedge up says what is wrong', () => {
  const wrong: [string, () => string[], RegExp][] = [
    [
      'an address in use',
      () => ['--listen', new URL(second.url).host, '--data-dir', `${second.dataDir.root}-b`],
      /127\.0\.0\.1:\d+ is in use by another program/,
    ],
    ['a data folder in use', () => ['--data-dir', second.dataDir.root], /process \d+ already runs the cluster of/],
    ['a listen address that is none', () => ['--listen', 'here'], /"here" is not HOST:PORT/],
    ['a database URL that is none', () => ['--database-url', 'mysql://x'], /KEDGE_DATABASE_URL/],
  ];
  for (const [what, flags, message] of wrong) {
    test(what, async () => {
      const { code, stderr } = await kedge('up', '--no-agent', ...flags());
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(1);
    });
  }
});
