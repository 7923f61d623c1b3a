/** Requests to upgrade the connection that are not an agent's, over the Node host's TLS. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KubectlHost, startKubectlHost } from '../../support/kubectl-host.ts';

let host: KubectlHost;

beforeAll(async () => {
  host = await startKubectlHost();
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  await host.tryKubectl(['create', '-f', '-'], JSON.stringify(pod));
});
afterAll(() => host?.stop());

test.each([
  [['exec', 'p', '--', 'ls'], 'Error from server (BadRequest): pod p does not have a host assigned'],
  [['attach', 'p'], 'Error from server (BadRequest): pod p does not have a host assigned'],
  [['cp', '/etc/hostname', 'p:/tmp/x'], 'Error from server (BadRequest): pod p does not have a host assigned'],
])('kubectl %j is told why it cannot', async (args, message) => {
  const { code, stderr } = await host.tryKubectl(args);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

test('who may not is told that first', async () => {
  await host.kubectl('create', 'clusterrole', 'reader', '--verb=get', '--resource=pods');
  await host.kubectl('create', 'clusterrolebinding', 'reader', '--clusterrole=reader', '--user=bob');
  const { stderr } = await host.tryKubectl(['exec', 'p', '--as=bob', '--', 'ls']);
  expect(stderr).toContain('pods "p" is forbidden: User "bob" cannot create resource "pods/exec"');
});
