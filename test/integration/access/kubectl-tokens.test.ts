/** Tokens that lie in Secrets, with the real kubectl: those of ServiceAccounts and those with which machines join. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type KubectlHost, startKubectlHost } from '../../support/kubectl-host.ts';

let host: KubectlHost;
beforeAll(async () => {
  host = await startKubectlHost();
  await host.kubectl('create', 'serviceaccount', 'robot');
});
afterAll(() => host?.stop());

async function apply(manifest: object): Promise<void> {
  const { code, stderr } = await host.tryKubectl(['apply', '-f', '-'], JSON.stringify(manifest));
  expect(code, stderr).toBe(0);
}

interface Secret {
  metadata: { annotations: Record<string, string>; uid: string };
  data: Record<string, string>;
}

async function secret(name: string, namespace = 'default'): Promise<Secret> {
  return JSON.parse(await host.kubectl('get', 'secret', name, '-n', namespace, '-o', 'json')) as Secret;
}

const decoded = (text = '') => Buffer.from(text, 'base64').toString();
const whoami = (token: string) => host.tryKubectl(['auth', 'whoami', '-o', 'json', '--token', token]);

async function userOf(token: string): Promise<{ username: string; uid?: string; groups: string[] }> {
  const { code, stdout, stderr } = await whoami(token);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { status: { userInfo: { username: string; groups: string[] } } }).status.userInfo;
}

/** Authentication is remembered for five seconds. */
const refused = (token: string) =>
  eventually(async () => {
    const { code, stderr } = await whoami(token);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Unauthorized|must be logged in/);
  }, 30);

const tokenSecret = (name: string, account = 'robot') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default', annotations: { 'kubernetes.io/service-account.name': account } },
  type: 'kubernetes.io/service-account-token',
});

async function filled(name: string): Promise<string> {
  return eventually(async () => {
    const token = decoded((await secret(name)).data?.token);
    expect(token).toMatch(/^eyJ/);
    return token;
  }, 30);
}

describe('a Secret of type kubernetes.io/service-account-token', () => {
  test('is filled with token, certificate, namespace and uid, and its token is the account', async () => {
    await apply(tokenSecret('robot-token'));
    const token = await filled('robot-token');
    const { data, metadata } = await secret('robot-token');
    const uid = await host.kubectl('get', 'serviceaccount', 'robot', '-o', 'jsonpath={.metadata.uid}');
    expect(metadata.annotations['kubernetes.io/service-account.uid']).toBe(uid);
    expect(decoded(data.namespace)).toBe('default');
    expect(decoded(data['ca.crt'])).toContain('-----BEGIN CERTIFICATE-----');
    expect(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())).toEqual({
      iss: 'kubernetes/serviceaccount',
      sub: 'system:serviceaccount:default:robot',
      'kubernetes.io/serviceaccount/namespace': 'default',
      'kubernetes.io/serviceaccount/secret.name': 'robot-token',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': uid,
    });
    expect(await userOf(token)).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect(await host.kubectl('describe', 'secret', 'robot-token')).toContain(token);
  });

  test('is filled again when its token is taken away, and the old token opens nothing', async () => {
    await apply(tokenSecret('lost-token'));
    const first = await filled('lost-token');
    await userOf(first);
    await host.kubectl('patch', 'secret', 'lost-token', '--type=merge', '-p', '{"data":{"token":"eA=="}}');
    await refused(first);
    await host.kubectl('patch', 'secret', 'lost-token', '--type=merge', '-p', '{"data":{"token":null}}');
    expect((await userOf(await filled('lost-token'))).username).toBe('system:serviceaccount:default:robot');
  });

  test('opens nothing once it is deleted', async () => {
    await apply(tokenSecret('gone-token'));
    const token = await filled('gone-token');
    await userOf(token);
    await host.kubectl('delete', 'secret', 'gone-token');
    await refused(token);
  });

  test('goes with its account, also when another of that name comes', async () => {
    await host.kubectl('create', 'serviceaccount', 'brief');
    await apply(tokenSecret('brief-token', 'brief'));
    const token = await filled('brief-token');
    await host.kubectl('delete', 'serviceaccount', 'brief');
    await host.kubectl('create', 'serviceaccount', 'brief');
    await eventually(async () => {
      const { stderr } = await host.tryKubectl(['get', 'secret', 'brief-token']);
      expect(stderr).toContain('NotFound');
    }, 30);
    await refused(token);
  });

  test('of an account that is not there is deleted', async () => {
    await apply(tokenSecret('nobodys-token', 'nobody'));
    await eventually(async () => {
      expect((await host.tryKubectl(['get', 'secret', 'nobodys-token'])).stderr).toContain('NotFound');
    }, 30);
  });

  test('leaves `kubectl create token` as it is', async () => {
    const token = await host.kubectl('create', 'token', 'robot');
    expect((await userOf(token.trim())).username).toBe('system:serviceaccount:default:robot');
  });

  test('cannot be forged from a token for something else', async () => {
    const token = await filled('robot-token');
    const [head = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
    const forged = (change: object) =>
      [head, Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url'), signature].join('.');
    for (const change of [
      { 'kubernetes.io/serviceaccount/service-account.name': 'default' },
      { 'kedge.dev/tenant': 'acme' },
      { 'kedge.dev/tenant': '\0' },
      { 'kedge.dev/tenant': 5 },
    ]) {
      expect((await whoami(forged(change))).code, JSON.stringify(change)).toBe(1);
    }
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await whoami([none, payload, ''].join('.'))).code).toBe(1);
  });
});

describe('a bootstrap token', () => {
  const ID = 'abcdef';
  const SECRET = '0123456789abcdef';

  const bootstrap = (data: Record<string, string> = {}, id = ID, fields: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    stringData: { 'token-id': id, 'token-secret': SECRET, 'usage-bootstrap-authentication': 'true', ...data },
    ...fields,
  });
  const inSeconds = (seconds: number) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;

  test('is a user of the group of bootstrappers, and of those that it gives', async () => {
    await apply(bootstrap({ expiration: inSeconds(3600), 'auth-extra-groups': 'system:bootstrappers:workers' }));
    expect(await userOf(`${ID}.${SECRET}`)).toEqual({
      username: `system:bootstrap:${ID}`,
      groups: ['system:bootstrappers', 'system:bootstrappers:workers', 'system:authenticated'],
      extra: undefined,
    });
    const { stderr } = await host.tryKubectl(['get', 'secrets', '-A', '--token', `${ID}.${SECRET}`]);
    expect(stderr).toContain(`User "system:bootstrap:${ID}" cannot list resource "secrets"`);
  });

  test.each<[why: string, manifest: object, token?: string]>([
    ['a wrong secret', bootstrap(), `${ID}.0123456789abcdee`],
    ['an id without a Secret', bootstrap(), `zzzzzz.${SECRET}`],
    [
      'a Secret that does not say that it authenticates',
      bootstrap({ 'usage-bootstrap-authentication': 'no' }, 'aaaaa1'),
    ],
    ['a Secret that gives another group', bootstrap({ 'auth-extra-groups': 'system:masters' }, 'aaaaa2')],
    ['a Secret of another id', bootstrap({ 'token-id': 'aaaaa1' }, 'aaaaa3')],
    ['a Secret of another type', { ...bootstrap({}, 'aaaaa4'), type: 'Opaque' }],
    [
      'a Secret elsewhere',
      bootstrap({}, 'aaaaa5', { metadata: { name: 'bootstrap-token-aaaaa5', namespace: 'default' } }),
    ],
  ])('with %s is refused', async (_, manifest, token) => {
    await apply(manifest);
    const id = (manifest as { metadata: { name: string } }).metadata.name.slice(-6);
    await refused(token ?? `${id}.${SECRET}`);
  });

  test('is refused when its time has passed, and its Secret is deleted', async () => {
    await apply(bootstrap({ expiration: inSeconds(4) }, 'brief1'));
    expect((await userOf(`brief1.${SECRET}`)).username).toBe('system:bootstrap:brief1');
    await refused(`brief1.${SECRET}`);
    await apply(bootstrap({ expiration: 'tomorrow' }, 'brief2'));
    for (const id of ['brief1', 'brief2']) {
      await eventually(async () => {
        const { stderr } = await host.tryKubectl(['get', 'secret', `bootstrap-token-${id}`, '-n', 'kube-system']);
        expect(stderr).toContain('NotFound');
      }, 30);
    }
    await host.kubectl('get', 'secret', `bootstrap-token-${ID}`, '-n', 'kube-system');
  });
});
