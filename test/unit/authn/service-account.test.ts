import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenAuthenticator } from '../../../src/apiserver/authn/contract.ts';
import { issuerDiscovery } from '../../../src/apiserver/authn/discovery.ts';
import { type ServiceAccountTokenIssuer, serviceAccountTokenIssuer } from '../../../src/apiserver/authn/issuer.ts';
import { issuersAt } from '../../../src/apiserver/authn/issuers.ts';
import { reasonOf } from '../../../src/apiserver/authn/rejected.ts';
import { serviceAccountAuthenticator } from '../../../src/apiserver/authn/service-account.ts';
import { NODES, PODS, type Pod, SECRETS, SERVICE_ACCOUNTS } from '../../../src/client/resources.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import { MemoryClient } from '../../support/memory-client.ts';
import { memoryKeys } from './keys.ts';

const keys = await memoryKeys();
const issuers = issuersAt('https://kedge.example:6443/', ['https://old.example']);
const account = { namespace: 'shop', name: 'web', uid: 'sa-1' };

let api: MemoryClient;
let time: Date;
let issuer: ServiceAccountTokenIssuer;
let authenticator: TokenAuthenticator;

beforeEach(() => {
  api = new MemoryClient();
  time = new Date('2026-03-01T12:00:00Z');
  const options = { keys, issuers, reader: () => api, now: () => time };
  issuer = serviceAccountTokenIssuer(options);
  authenticator = serviceAccountAuthenticator(options);
  api.put(SERVICE_ACCOUNTS, { metadata: { namespace: 'shop', name: 'web', uid: 'sa-1' } } as never);
  api.put(NODES, { metadata: { name: 'n1', uid: 'node-1' } } as never);
  putPod({});
});

function putPod(metadata: object): void {
  api.put(PODS, {
    metadata: { namespace: 'shop', name: 'web-1', uid: 'pod-1', ...metadata },
    spec: { serviceAccountName: 'web', nodeName: 'n1', containers: [] },
  } as unknown as Pod);
}

async function refusal(token: string): Promise<string> {
  const error = await authenticator.authenticate(token).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StatusError);
  expect((error as StatusError).status).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
  return reasonOf(error);
}

const podRef = { apiVersion: 'v1', kind: 'Pod', name: 'web-1', uid: 'pod-1' };

describe('issuing ServiceAccount tokens', () => {
  it("carries upstream's claims", async () => {
    const { token, expirationTimestamp } = await issuer.issue('root', account, { boundObjectRef: podRef });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: (await keys.current('root')).kid });
    const now = time.getTime() / 1000;
    expect(decodeJwt(token)).toEqual({
      iss: 'https://kedge.example:6443',
      sub: 'system:serviceaccount:shop:web',
      aud: ['https://kedge.example:6443'],
      iat: now,
      nbf: now,
      exp: now + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'kubernetes.io': {
        namespace: 'shop',
        serviceaccount: { name: 'web', uid: 'sa-1' },
        pod: { name: 'web-1', uid: 'pod-1' },
        node: { name: 'n1', uid: 'node-1' },
      },
    });
    expect(expirationTimestamp).toBe('2026-03-01T13:00:00Z');
  });

  it('refuses durations out of range', async () => {
    await expect(issuer.issue('root', account, { expirationSeconds: 599 })).rejects.toThrow(
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    );
    await expect(issuer.issue('root', account, { expirationSeconds: 2 ** 32 + 1 })).rejects.toThrow(
      'may not specify a duration larger than 2^32 seconds',
    );
  });

  it('refuses to bind to what is not there, not the same, not its own, or of another kind', async () => {
    const issueFor = (boundObjectRef: object) => issuer.issue('root', account, { boundObjectRef });
    await expect(issueFor({ ...podRef, name: 'gone' })).rejects.toThrow('pods "gone" not found');
    await expect(issueFor({ ...podRef, uid: 'other' })).rejects.toThrow(
      'the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated',
    );
    await expect(issuer.issue('root', { ...account, name: 'db' }, { boundObjectRef: podRef })).rejects.toThrow(
      'cannot bind token for serviceaccount "db" to pod running with different serviceaccount name.',
    );
    await expect(issueFor({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' })).rejects.toThrow(
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    );
  });
});

describe('authenticating ServiceAccount tokens', () => {
  it('finds tenant, user, groups and extra of an issued token', async () => {
    const { token } = await issuer.issue('acme', account, { boundObjectRef: podRef });
    expect(await authenticator.authenticate(token)).toEqual({
      tenant: 'acme',
      user: {
        name: 'system:serviceaccount:shop:web',
        uid: 'sa-1',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${decodeJwt(token).jti}`],
          'authentication.kubernetes.io/pod-name': ['web-1'],
          'authentication.kubernetes.io/pod-uid': ['pod-1'],
          'authentication.kubernetes.io/node-name': ['n1'],
          'authentication.kubernetes.io/node-uid': ['node-1'],
        },
      },
      audiences: ['https://kedge.example:6443/t/acme'],
      expiresAt: new Date('2026-03-01T13:00:00Z'),
    });
  });

  it('leaves tokens of other kinds and of other issuers to others', async () => {
    const foreign = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://idp.example')
      .sign(new Uint8Array(32));
    for (const token of ['', 'kdg.root.x', 'a.b.c', foreign]) {
      expect(await authenticator.authenticate(token)).toBeUndefined();
    }
  });

  it('refuses a token past its time, and one from the future', async () => {
    const { token } = await issuer.issue('root', account, { expirationSeconds: 600 });
    time = new Date(time.getTime() + 600_000);
    expect(await refusal(token)).toBe('service account token has expired');
    time = new Date('2026-03-01T11:59:59Z');
    expect(await refusal(token)).toContain('nbf');
  });

  it('refuses a token for other audiences, unless a review asks for these', async () => {
    const { token } = await issuer.issue('root', account, { audiences: ['vault', 'sts'] });
    expect(await refusal(token)).toContain('aud');
    const found = await authenticator.authenticate(token, ['vault', 'other']);
    expect(found?.audiences).toEqual(['vault']);
  });

  it('refuses a token that another key signed under a known kid, and any algorithm but its own', async () => {
    const { kid } = await keys.current('root');
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const claims = decodeJwt((await issuer.issue('root', account, {})).token);
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    expect(await refusal(forged)).toBe('signature verification failed');
    const modulus = new TextEncoder().encode((await exportJWK(publicKey)).n);
    const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(modulus);
    expect(await refusal(confused)).toContain('not allowed');
  });

  it('refuses a token of one tenant that was re-signed as another', async () => {
    const other = await memoryKeys();
    const options = { keys: other, issuers, reader: () => api, now: () => time };
    const { token } = await serviceAccountTokenIssuer(options).issue('acme', account, {});
    expect(await refusal(token)).toMatch(/^no key ".+" verifies this token$/);
  });

  it('goes on verifying what an older key signed, until that key is removed', async () => {
    const { token } = await issuer.issue('root', account, {});
    const old = decodeProtectedHeader(token).kid!;
    await keys.rotate('root');
    const { token: newer } = await issuer.issue('root', account, {});
    expect(decodeProtectedHeader(newer).kid).not.toBe(old);
    expect(await authenticator.authenticate(token)).toBeDefined();
    await keys.remove('root', old);
    expect(await refusal(token)).toContain('no key');
    expect(await authenticator.authenticate(newer)).toBeDefined();
  });

  it('accepts tokens of an earlier public URL', async () => {
    const moved = { keys, issuers: issuersAt('https://old.example'), reader: () => api, now: () => time };
    const { token } = await serviceAccountTokenIssuer(moved).issue('root', account, {});
    expect((await authenticator.authenticate(token))?.tenant).toBe('root');
  });

  it('ends with its ServiceAccount, even when one of the same name takes its place', async () => {
    const { token } = await issuer.issue('root', account, {});
    await api.delete(SERVICE_ACCOUNTS, 'shop', 'web');
    expect(await refusal(token)).toBe('ServiceAccount shop/web of the token does not exist');
    api.put(SERVICE_ACCOUNTS, { metadata: { namespace: 'shop', name: 'web', uid: 'sa-2' } } as never);
    expect(await refusal(token)).toBe('ServiceAccount shop/web is not the one that the token was made for');
  });

  it('ends with its pod, a minute after the deletion time', async () => {
    const { token } = await issuer.issue('root', account, { boundObjectRef: podRef });
    putPod({ deletionTimestamp: '2026-03-01T12:00:00Z' });
    time = new Date('2026-03-01T12:01:00Z');
    expect(await authenticator.authenticate(token)).toBeDefined();
    time = new Date('2026-03-01T12:01:01Z');
    expect(await refusal(token)).toBe('Pod shop/web-1 of the token has been deleted');
    await api.delete(PODS, 'shop', 'web-1');
    expect(await refusal(token)).toBe('Pod shop/web-1 of the token does not exist');
  });

  it('ends with the Secret or Node it is bound to', async () => {
    api.put(SECRETS, { metadata: { namespace: 'shop', name: 's', uid: 'secret-1' } } as never);
    const forSecret = await issuer.issue('root', account, {
      boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' },
    });
    const forNode = await issuer.issue('root', account, {
      boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'n1' },
    });
    const forPod = await issuer.issue('root', account, { boundObjectRef: podRef });
    expect(await authenticator.authenticate(forSecret.token)).toBeDefined();
    expect(await authenticator.authenticate(forNode.token)).toBeDefined();
    await api.delete(SECRETS, 'shop', 's');
    await api.delete(NODES, '', 'n1');
    expect(await refusal(forSecret.token)).toContain('Secret shop/s');
    expect(await refusal(forNode.token)).toContain('Node n1');
    expect(await authenticator.authenticate(forPod.token)).toBeDefined();
  });
});

describe('what relying parties fetch', () => {
  it('leads from the issuer to the public keys and nothing private', async () => {
    const discovery = issuerDiscovery(issuers, keys);
    expect(discovery.openIdConfiguration('acme')).toEqual({
      issuer: 'https://kedge.example:6443/t/acme',
      jwks_uri: 'https://kedge.example:6443/t/acme/openid/v1/jwks',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const { keys: published } = await discovery.jwks('acme');
    const { kid } = await keys.current('acme');
    expect(published[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', kid });
    for (const key of published) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('issuer URLs', () => {
  it('belong to one tenant each', () => {
    expect(issuers.tenant('https://kedge.example:6443')).toBe('root');
    expect(issuers.tenant('https://kedge.example:6443/t/acme')).toBe('acme');
    expect(issuers.tenant('https://old.example/t/acme')).toBe('acme');
    const foreign = [
      '',
      'https://kedge.example:6443/t/',
      'https://kedge.example:6443/t/a/b',
      'https://kedge.example:6443/t/root',
    ];
    for (const issuer of [...foreign, 'https://kedge.example:64430', 'https://evil.example']) {
      expect(issuers.tenant(issuer), issuer).toBeUndefined();
    }
  });
});
