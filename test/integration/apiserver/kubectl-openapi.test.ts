/** What the real kubectl reads from OpenAPI documents. It asks for v2 in protobuf alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KubectlHost, startKubectlHost } from '../../support/kubectl-host.ts';

let host: KubectlHost;

beforeAll(async () => {
  host = await startKubectlHost();
});
afterAll(() => host?.stop());

function configMap(name: string, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' }, ...more };
}

function list(...items: object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

describe('a List', () => {
  test('is created item by item, and what is read as a List can be applied', async () => {
    const created = await host.tryKubectl(['create', '-f', '-'], list(configMap('one'), configMap('two')));
    expect(created).toMatchObject({ code: 0, stdout: 'configmap/one created\nconfigmap/two created\n', stderr: '' });

    const read = await host.kubectl('get', 'configmaps', 'one', 'two', '-o', 'yaml');
    expect(read).toContain('kind: List');
    const applied = await host.tryKubectl(['apply', '-f', '-'], read.replaceAll('a: "1"', 'a: "2"'));
    expect(applied).toMatchObject({ code: 0, stdout: 'configmap/one configured\nconfigmap/two configured\n' });
    expect(await host.kubectl('get', 'configmap', 'two', '-o', 'jsonpath={.data.a}')).toBe('2');
  });

  test('of all that a cluster holds passes the validation of kubectl', async () => {
    const pod = {
      name: 'c',
      image: 'i',
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: 1, memory: '1Gi' } },
    };
    const labels = { app: 'full' };
    const template = { metadata: { labels }, spec: { containers: [pod], nodeSelector: labels } };
    const port = { port: 80, targetPort: 'http' };
    const objects = [
      { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 0, selector: { matchLabels: labels }, template } },
      { apiVersion: 'v1', kind: 'Service', spec: { selector: labels, ports: [port] } },
      { apiVersion: 'v1', kind: 'Pod', spec: { serviceAccountName: 'default', containers: [pod] } },
    ].map((each) => ({ ...each, metadata: { name: 'full' } }));
    expect(await host.tryKubectl(['create', '-f', '-'], list(...objects))).toMatchObject({ code: 0, stderr: '' });

    const served = (await host.kubectl('api-resources', '--verbs=list,patch', '-o=name')).trim().split('\n');
    // Nobody applies events, and those of v1 need not have all that events.k8s.io requires.
    const resources = served.filter((each) => !each.startsWith('events'));
    const all = await host.kubectl('get', resources.join(','), '-A', '-o', 'yaml');
    for (const kind of ['Namespace', 'ClusterRole', 'Deployment', 'Pod', 'Service'])
      expect(all).toContain(`kind: ${kind}\n`);
    const validated = await host.tryKubectl(['create', '--dry-run=client', '--validate=strict', '-f', '-'], all);
    expect(validated).toMatchObject({ code: 0, stderr: '' });
    expect(validated.stdout.match(/ created \(dry run\)/g)).toHaveLength(all.match(/^ {4}uid:/gm)!.length);
  });

  test('with an unknown field in an item is refused as a whole, naming the field', async () => {
    const input = list(configMap('fine'), configMap('wrong', { colour: 'red' }));
    const { code, stdout, stderr } = await host.tryKubectl(['create', '-f', '-'], input);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('ValidationError(ConfigMap): unknown field "colour" in io.k8s.api.core.v1.ConfigMap');
  });

  test('with a value of the wrong type is refused, naming where', async () => {
    const { code, stderr } = await host.tryKubectl(['create', '-f', '-'], list(configMap('wrong', { data: ['a'] })));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'ValidationError(ConfigMap.data): invalid type for io.k8s.api.core.v1.ConfigMap.data: got "array", expected "map"',
    );
  });
});

test('apply --validate=strict refuses unknown fields of nested objects and takes the rest', async () => {
  const pod = (container: object) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'strict' },
      spec: { serviceAccountName: 'default', containers: [{ name: 'c', image: 'i', ...container }] },
    });
  const apply = ['apply', '--validate=strict', '--dry-run=server', '-f', '-'];
  const refused = await host.tryKubectl(apply, pod({ imagePullPolice: 'Always' }));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('unknown field "spec.containers[0].imagePullPolice"');
  const port = { livenessProbe: { httpGet: { port: 'http', path: '/' } }, resources: { limits: { cpu: 1 } } };
  expect(await host.tryKubectl(apply, pod(port))).toMatchObject({ code: 0 });
});

describe('kubectl explain', () => {
  test.each([[[]], [['--output=plaintext-openapiv2']]])('describes fields with their types %j', async (flags) => {
    const text = await host.kubectl('explain', 'pod.spec', ...flags);
    expect(text).toMatch(/^KIND: +Pod\nVERSION: +v1\n/);
    expect(text).toMatch(/ containers\t<\[\](Container|Object)> -required-\n/);
    expect(text).toMatch(/ nodeSelector\t<map\[string\]string>\n/);
    expect(text).toMatch(/ terminationGracePeriodSeconds\t<integer>\n/);
    expect(text).toContain('List of containers belonging to the pod.');
  });

  test('finds the same fields in both versions, all the way down', async () => {
    const fields = async (...flags: string[]) => {
      const text = await host.kubectl('explain', 'deployments', '--recursive', ...flags);
      return [...text.matchAll(/^ +(\w+)\t</gm)].map(([, name]) => name);
    };
    const [v2, v3] = [await fields('--output=plaintext-openapiv2'), await fields()];
    expect(v2.length).toBeGreaterThan(500);
    expect(v2).toEqual(v3);
  });
});

describe('a kind that is not served', () => {
  test.each([
    ['apps/v1', 'PetSet'],
    ['batch/v1beta1', 'CronJob'],
    ['policy/v1', 'PodSecurityPolicy'],
  ])('%s %s is named as such by kubectl', async (apiVersion, kind) => {
    const manifest = JSON.stringify({ apiVersion, kind, metadata: { name: 'x' } });
    const { code, stderr } = await host.tryKubectl(['apply', '-f', '-'], manifest);
    expect(code).toBe(1);
    expect(stderr).toContain(`no matches for kind "${kind}" in version "${apiVersion}"`);
  });
});
