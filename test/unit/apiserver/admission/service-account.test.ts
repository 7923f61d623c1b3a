import { describe, expect, test } from 'vitest';
import { serviceAccount } from '../../../../src/apiserver/admission/service-account.ts';
import { request, strictReaders } from './requests.ts';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Spec {
  [field: string]: unknown;
  volumes?: { name: string; projected?: { sources: object[] } }[];
  containers: { name: string; volumeMounts?: { name: string; mountPath: string }[] }[];
}

/** The pod's spec after admission among these accounts of the namespace. */
async function admit(
  spec: Record<string, unknown>,
  accounts: Record<string, object | null>,
  { mountTokens = false, metadata = {} }: { mountTokens?: boolean; metadata?: object } = {},
): Promise<Spec> {
  const objects = Object.fromEntries(
    Object.entries(accounts).map(([name, account]) => [`serviceaccounts/default/${name}`, account]),
  );
  const plugin = serviceAccount({ readerOf: strictReaders(objects), mountTokens, wait: async () => {} });
  const object = { metadata: { name: 'web', ...metadata }, spec: { containers: [{ name: 'app' }], ...spec } };
  await plugin.admit?.(request('CREATE', 'pods', { object }));
  return object.spec as Spec;
}

test('a pod runs as the default account unless it names another', async () => {
  expect(await admit({}, { default: { metadata: {} } })).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
  });
  expect(await admit({ serviceAccountName: 'robot' }, { robot: { metadata: {} } })).toMatchObject({
    serviceAccountName: 'robot',
  });
});

test('an account that does not exist is refused', async () => {
  await expect(admit({ serviceAccountName: 'robot' }, { robot: null })).rejects.toMatchObject({
    status: {
      code: 403,
      message:
        'pods "web" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
    },
  });
});

test('the default account of a new namespace is waited for, and not for ever', async () => {
  let reads = 0;
  const plugin = (appearsAt: number) =>
    serviceAccount({
      readerOf: () => ({
        ...strictReaders({})('t'),
        find: async () => {
          reads += 1;
          return (reads >= appearsAt ? { metadata: {} } : undefined) as never;
        },
      }),
      mountTokens: false,
      wait: async () => {},
    });
  const creation = () => request('CREATE', 'pods', { object: { metadata: {}, spec: { containers: [] } } });
  await plugin(3).admit?.(creation());
  expect(reads).toBe(3);
  reads = 0;
  await expect(plugin(11).admit?.(creation())).rejects.toThrow('serviceaccount "default" not found');
});

test('pull secrets come from the account when the pod has none', async () => {
  const account = { metadata: {}, imagePullSecrets: [{ name: 'registry' }] };
  expect((await admit({}, { default: account })).imagePullSecrets).toEqual([{ name: 'registry' }]);
  const own = { imagePullSecrets: [{ name: 'mine' }] };
  expect((await admit(own, { default: account })).imagePullSecrets).toEqual([{ name: 'mine' }]);
});

test.each([
  [{ serviceAccountName: 'a' }, 'a mirror pod may not reference service accounts'],
  [{ volumes: [{ name: 'a', secret: { secretName: 'a' } }] }, 'a mirror pod may not reference secrets'],
  [
    { volumes: [{ name: 'a', projected: { sources: [{ serviceAccountToken: {} }] } }] },
    'a mirror pod may not use ServiceAccountToken volume projections',
  ],
])('a mirror pod with %j is refused', async (spec, reason) => {
  const metadata = { annotations: { 'kubernetes.io/config.mirror': 'hash' } };
  await expect(admit(spec, {}, { metadata })).rejects.toThrow(`pods "web" is forbidden: ${reason}`);
});

describe('with tokens', () => {
  const accounts = { default: { metadata: {} } };
  const mounted = (spec: Record<string, unknown>, account = accounts) => admit(spec, account, { mountTokens: true });

  test('each container finds token, CA and namespace where clients look', async () => {
    const spec = await mounted({ initContainers: [{ name: 'setup' }] });
    const [volume] = spec.volumes ?? [];
    expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(volume?.projected?.sources).toEqual([
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ]);
    const mounts = [{ name: volume?.name, readOnly: true, mountPath: MOUNT }];
    expect(spec.containers).toEqual([{ name: 'app', volumeMounts: mounts }]);
    expect(spec.initContainers).toEqual([{ name: 'setup', volumeMounts: mounts }]);
  });

  test('the pod decides before its account whether it gets one', async () => {
    const refusing = { default: { metadata: {}, automountServiceAccountToken: false } };
    expect((await mounted({}, refusing)).volumes).toBeUndefined();
    expect((await mounted({ automountServiceAccountToken: true }, refusing)).volumes).toHaveLength(1);
    expect((await mounted({ automountServiceAccountToken: false })).volumes).toBeUndefined();
  });

  test('a container that mounts something else there keeps it', async () => {
    const volumeMounts = [{ name: 'mine', mountPath: MOUNT }];
    const spec = await mounted({ containers: [{ name: 'app', volumeMounts }] });
    expect(spec.containers[0]?.volumeMounts).toEqual(volumeMounts);
    expect(spec.volumes).toBeUndefined();
  });

  test('a volume that is there already is used', async () => {
    const volumes = [{ name: 'kube-api-access-abcde', projected: { sources: [] } }];
    const spec = await mounted({ volumes });
    expect(spec.volumes).toEqual(volumes);
    expect(spec.containers[0]?.volumeMounts).toMatchObject([{ name: 'kube-api-access-abcde' }]);
  });
});
