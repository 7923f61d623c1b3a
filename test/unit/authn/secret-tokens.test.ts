/** Tokens that lie in Secrets, where tenants share one issuer or none: test/integration/access/kubectl-tokens.test.ts has the rest. */
import { SignJWT } from 'jose';
import { beforeEach, expect, it } from 'vitest';
import { bootstrapTokenAuthenticator } from '../../../src/apiserver/authn/bootstrap-token.ts';
import { equalSecrets } from '../../../src/apiserver/authn/equal-secrets.ts';
import { reasonOf } from '../../../src/apiserver/authn/rejected.ts';
import { secretTokenAuthenticator, secretTokenIssuer } from '../../../src/apiserver/authn/secret-token.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../../../src/client/resources.ts';
import { MemoryClient } from '../../support/memory-client.ts';
import { memoryKeys } from './keys.ts';

/** Each tenant has keys of its own, as in the database. */
const keysOf: Record<string, Awaited<ReturnType<typeof memoryKeys>>> = {
  root: await memoryKeys(),
  acme: await memoryKeys(),
};
const keys = {
  ...keysOf.root!,
  current: (tenant: string) => keysOf[tenant]!.current(tenant),
  verifying: async (tenant: string, kid: string) => keysOf[tenant]?.verifying(tenant, kid),
};
const apiAudiences = (tenant: string) => [`api of ${tenant}`];
const account = { namespace: 'shop', name: 'web', uid: 'sa-1' };

let apis: Record<string, MemoryClient>;
const reader = (tenant: string) => apis[tenant]!;
const issue = secretTokenIssuer(keys);
const authenticator = secretTokenAuthenticator({ keys, reader, apiAudiences });

beforeEach(() => {
  apis = { root: new MemoryClient(), acme: new MemoryClient() };
  for (const api of Object.values(apis)) {
    api.put(SERVICE_ACCOUNTS, { metadata: { namespace: 'shop', name: 'web', uid: 'sa-1' } } as never);
  }
});

function hold(tenant: string, token: string): void {
  const metadata = { namespace: 'shop', name: 'web-token' };
  const data = { token: btoa(token) };
  apis[tenant]!.put(SECRETS, { metadata, type: 'kubernetes.io/service-account-token', data } as never);
}

const refusal = (token: string, audiences?: string[]) =>
  authenticator.authenticate(token, audiences).then(
    () => 'accepted',
    (error: unknown) => reasonOf(error),
  );

it('are of the tenant whose key made them', async () => {
  for (const tenant of ['root', 'acme']) {
    const token = await issue(tenant, account, 'web-token');
    hold(tenant, token);
    expect(await authenticator.authenticate(token)).toMatchObject({
      tenant,
      user: { name: 'system:serviceaccount:shop:web', uid: 'sa-1' },
    });
  }
});

it('are worth nothing in a tenant that only holds a copy of them', async () => {
  const token = await issue('acme', account, 'web-token');
  hold('root', token);
  expect(await refusal(token)).toBe('Secret shop/web-token of the token does not exist');
});

it('are refused when another tenant’s key signed what they say', async () => {
  const { kid, key } = await keys.current('acme');
  const claims = {
    'kubernetes.io/serviceaccount/namespace': 'shop',
    'kubernetes.io/serviceaccount/secret.name': 'web-token',
    'kubernetes.io/serviceaccount/service-account.name': 'web',
    'kubernetes.io/serviceaccount/service-account.uid': 'sa-1',
  };
  const forged = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer('kubernetes/serviceaccount')
    .setSubject('system:serviceaccount:shop:web')
    .sign(key);
  hold('root', forged);
  expect(await refusal(forged)).toBe(`no key "${kid}" verifies this token`);
});

it('are for the API server alone', async () => {
  const token = await issue('root', account, 'web-token');
  hold('root', token);
  expect(await refusal(token, ['vault'])).toBe('token is not meant for these audiences');
  expect((await authenticator.authenticate(token, ['vault', 'api of root']))?.audiences).toEqual(['api of root']);
});

it('with which machines join open the tenant that is asked, and no other', async () => {
  const bootstrap = bootstrapTokenAuthenticator({ reader, apiAudiences });
  const data = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' };
  apis.acme!.put(SECRETS, {
    metadata: { namespace: 'kube-system', name: 'bootstrap-token-abcdef' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
  } as never);
  const token = 'abcdef.0123456789abcdef';
  expect(await bootstrap.authenticate(token, undefined, 'acme')).toMatchObject({ tenant: 'acme' });
  expect(await bootstrap.authenticate(token)).toBeUndefined();
  expect(await bootstrap.authenticate(token, ['vault'], 'acme')).toBeUndefined();
});

it('are compared as wholes', async () => {
  expect(await equalSecrets('a', 'a')).toBe(true);
  for (const other of ['', 'b', 'aa', 'a\0', 'A']) expect(await equalSecrets('a', other), other).toBe(false);
});
