/** The typed clients inside the real kubectl: they send protobuf whatever the server offers, and never fall back. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../contract/api-session.ts';
import type { CommandResult } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubectlHost, startKubectlHost } from '../../support/kubectl-host.ts';

/** Names of a namespace, and of what is made in it: once as kubectl sends it, once as JSON. */
const BY_PROTOBUF = 'by-protobuf';
const BY_JSON = 'by-json';

let host: KubectlHost;
let api: Session;
let folder: string;

beforeAll(async () => {
  host = await startKubectlHost();
  ({ api, folder } = host);
  await writeFile(path.join(folder, 'binary'), new Uint8Array([0, 255, 1]));
});
afterAll(() => host?.stop());

const tryKubectl = (...args: string[]): Promise<CommandResult> => host.tryKubectl(args);
const kubectl = (...args: string[]): Promise<string> => host.kubectl(...args);

/** As kubectl(), of a command that must have sent its request in protobuf. */
async function kubectlInProtobuf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(...args, '-v=8');
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}`);
  expect(stderr).toContain('Content-Type: application/vnd.kubernetes.protobuf');
  return stdout;
}

const GROUP = '/apis/rbac.authorization.k8s.io/v1';

describe('kubectl create', () => {
  // NAME stands for the name and the namespace.
  test.each<[string, string]>([
    ['namespace NAME', '/api/v1/namespaces'],
    ['configmap NAME --from-literal=a=1 --from-literal=empty= --from-file=FOLDER/binary', inNamespace('configmaps')],
    ['secret generic NAME --from-literal=p=x --type=kedge.dev/test', inNamespace('secrets')],
    [
      'secret docker-registry NAME --docker-username=u --docker-password=p --docker-server=r',
      inNamespace('secrets', 'docker'),
    ],
    ['serviceaccount NAME', inNamespace('serviceaccounts')],
    [
      'deployment NAME --image=registry.example/a:1 --image=b --replicas=0 --port=80',
      '/apis/apps/v1/namespaces/NAME/deployments',
    ],
    ['service clusterip NAME --tcp=80:http --tcp=443:8443', inNamespace('services')],
    ['service nodeport NAME --tcp=80', inNamespace('services', 'nodeport')],
    ['service loadbalancer NAME --tcp=80', inNamespace('services', 'loadbalancer')],
    ['service externalname NAME --external-name=example.com', inNamespace('services', 'externalname')],
    [
      'role NAME --verb=get,list --resource=pods,deployments.apps/scale --resource-name=x',
      `${GROUP}/namespaces/NAME/roles`,
    ],
    [
      'rolebinding NAME --role=NAME --serviceaccount=NAME:NAME --user=u --group=g',
      `${GROUP}/namespaces/NAME/rolebindings`,
    ],
    ['clusterrole NAME --verb=get --non-resource-url=/healthz', `${GROUP}/clusterroles`],
    ['clusterrole NAME-all --aggregation-rule=a=b', `${GROUP}/clusterroles`],
    ['clusterrolebinding NAME --clusterrole=view --user=u', `${GROUP}/clusterrolebindings`],
  ])('%s stores what the same object in JSON does', async (command, collection) => {
    const [objects, suffix = ''] = collection.split('#');
    const argumentsFor = (name: string) =>
      command
        .replace(/NAME(?=( |$))/, `NAME${suffix}`)
        .replaceAll('NAME', name)
        .replaceAll('FOLDER', folder)
        .split(' ');
    const pathFor = (name: string) => (objects as string).replaceAll('NAME', name);

    const json = JSON.parse(
      await kubectl('create', '--dry-run=client', '-o=json', '-n', BY_JSON, ...argumentsFor(BY_JSON)),
    );
    const fromJson = await api.expectOk('POST', pathFor(BY_JSON), json);
    await kubectlInProtobuf('create', '-n', BY_PROTOBUF, ...argumentsFor(BY_PROTOBUF));
    const name = json.metadata.name.replace(BY_JSON, BY_PROTOBUF);
    const fromProtobuf = await api.expectOk('GET', `${pathFor(BY_PROTOBUF)}/${name}`);
    expect(comparable(fromProtobuf)).toEqual(comparable(fromJson));
  });

  test('refusals are those of the server', async () => {
    const again = await tryKubectl('create', 'configmap', BY_PROTOBUF, '-n', BY_PROTOBUF);
    expect(again).toMatchObject({
      code: 1,
      stderr: `error: failed to create configmap: configmaps "${BY_PROTOBUF}" already exists\n`,
    });
    const invalid = await tryKubectl('create', 'serviceaccount', 'Not_A_Name');
    expect(invalid.stderr).toMatch(
      /ServiceAccount "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain/,
    );
  });

  test('--dry-run=server stores nothing', async () => {
    expect(await kubectlInProtobuf('create', 'configmap', 'dry', '--dry-run=server')).toBe(
      'configmap/dry created (server dry run)\n',
    );
    expect((await api.request('GET', '/api/v1/namespaces/default/configmaps/dry')).status).toBe(404);
  });

  test('token: audiences, duration and the bound object are as asked', async () => {
    const token = await kubectlInProtobuf(
      ...['create', 'token', BY_PROTOBUF, '-n', BY_PROTOBUF, '--duration=20m', '--audience=a', '--audience=b'],
      ...['--bound-object-kind=Secret', `--bound-object-name=${BY_PROTOBUF}`],
    );
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({
      sub: `system:serviceaccount:${BY_PROTOBUF}:${BY_PROTOBUF}`,
      aud: ['a', 'b'],
      exp: claims.iat + 1200,
      'kubernetes.io': { secret: { name: BY_PROTOBUF } },
    });
  });
});

describe('kubectl auth', () => {
  test('can-i asks about resources, URLs and all', async () => {
    expect(await kubectlInProtobuf('auth', 'can-i', 'get', 'pods')).toBe('yes\n');
    expect(await kubectlInProtobuf('auth', 'can-i', 'get', '/metrics')).toBe('yes\n');
    const other = await tryKubectl('auth', 'can-i', 'delete', 'nodes', '--as=nobody');
    expect(other).toMatchObject({ code: 1, stdout: 'no\n' });
    expect(await kubectlInProtobuf('auth', 'can-i', '--list')).toMatch(/\*\.\* +\[\] +\[\] +\[\*\]/);
  });

  test('whoami says who', async () => {
    const { status } = JSON.parse(await kubectlInProtobuf('auth', 'whoami', '-o=json', '--as=jane', '--as-group=dev'));
    expect(status.userInfo).toMatchObject({ username: 'jane', groups: expect.arrayContaining(['dev']) });
  });
});

test('kubectl drain evicts the pods of a node', async () => {
  await api.expectOk('POST', '/api/v1/nodes', { metadata: { name: 'drained' } });
  await eventually(() => api.expectOk('GET', '/api/v1/namespaces/default/serviceaccounts/default'));
  const spec = { nodeName: 'drained', containers: [{ name: 'c', image: 'i' }] };
  await api.expectOk('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'evicted' }, spec });
  await kubectl('drain', 'drained', '--force', '--grace-period=0', '--timeout=20s');
  expect((await api.request('GET', '/api/v1/namespaces/default/pods/evicted')).status).toBe(404);
  expect(await api.expectOk('GET', '/api/v1/nodes/drained')).toMatchObject({ spec: { unschedulable: true } });
});

/** `suffix` keeps apart what would share a name. */
function inNamespace(resource: string, suffix?: string): string {
  return `/api/v1/namespaces/NAME/${resource}${suffix === undefined ? '' : `#-${suffix}`}`;
}

/** Without what the server gives each object of its own, and what controllers write later. */
// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
function comparable(stored: any): unknown {
  const object = JSON.parse(JSON.stringify(stored).replaceAll(BY_PROTOBUF, BY_JSON));
  const named = ['uid', 'resourceVersion', 'creationTimestamp', 'annotations', 'managedFields'];
  for (const own of named) delete object.metadata[own];
  delete object.status;
  for (const allocated of ['clusterIP', 'clusterIPs']) delete object.spec?.[allocated];
  for (const port of object.spec?.ports ?? []) delete port.nodePort;
  return object;
}
