/** Who gets in and what they may do, through the whole request chain as the hosts compose it. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MASTERS } from '../../../src/apiserver/request/user.ts';
import { createPollingFeed, createPostgresStore, ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { signingKeyCipher } from '../../../src/hosts/key-cipher.ts';
import { type ControlPlane, createControlPlane } from '../../../src/hosts/wiring.ts';
import { createToken } from '../../../src/tenancy/postgres/tokens.ts';
import { CLUSTER } from '../../support/api.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

const BASE = 'https://kedge.test:6443';

let fresh: FreshDatabase;
let db: Database;
let plane: ControlPlane;
let admin: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = connect(fresh.url, { max: 8 });
  await ensureTenant(db, 'root');
  const store = createPostgresStore(db);
  plane = createControlPlane({
    db,
    store,
    feed: createPollingFeed(store),
    clusterSettings: async () => CLUSTER,
    externalUrl: BASE,
    caBundle: '',
    cipher: signingKeyCipher([{ id: 'test', key: new Uint8Array(32) }]),
    tunnel: undefined,
    watchSeconds: undefined,
    log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
    ready: async () => [],
  });
  await plane.bootstrap('root');
  admin = await tokenOf('admin', [MASTERS]);
  expect(await send(admin, 'POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })).toMatchObject({ code: 201 });
});
afterAll(async () => {
  await db?.close();
  await fresh?.close();
});

async function tokenOf(name: string, groups: string[] = []): Promise<string> {
  return (await createToken(db, { tenant: 'root', user: { name }, groups, description: 'test' })).token;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
type Answer = { code: number; body: any };

async function send(token: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await plane.app.request(`${BASE}${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { code: response.status, body: await response.json().catch(() => undefined) };
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const bindTo = (role: string, user: string) => ({
  metadata: { name: `${user}-${role}` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
});

async function give(role: string, user: string): Promise<void> {
  const path = `${RBAC}/namespaces/shop/rolebindings`;
  expect(await send(admin, 'POST', path, bindTo(role, user))).toMatchObject({ code: 201 });
  plane.rbac.invalidate('root');
}

describe('S4: a Role of 300 verbs × 300 groups × 300 resources', () => {
  const many = (prefix: string) => Array.from({ length: 300 }, (_, index) => `${prefix}${index}`);
  const rules = [{ verbs: many('v'), apiGroups: many('g'), resources: many('r') }];
  const path = `${RBAC}/namespaces/shop/roles`;

  it('by an admin of the namespace is refused quickly, with the first of what is missing', async () => {
    await give('admin', 'cube');
    const start = performance.now();
    const { code, body } = await send(await tokenOf('cube'), 'POST', path, { metadata: { name: 'cube' }, rules });
    expect(performance.now() - start).toBeLessThan(3000);
    expect(code).toBe(403);
    expect(body.message).toContain('is attempting to grant RBAC permissions not currently held:\n{APIGroups:["g0"]');
    expect(body.message.length).toBeLessThan(100_000);
    expect(body.message.endsWith('\n...')).toBe(true);
  });

  it('is granted quickly by who holds it all', async () => {
    const all = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
    const wide = { metadata: { name: 'wide' }, rules: all };
    expect(await send(admin, 'POST', path, wide)).toMatchObject({ code: 201 });
    const toWide = { ...bindTo('wide', 'holder'), roleRef: { ...bindTo('wide', 'holder').roleRef, kind: 'Role' } };
    expect(await send(admin, 'POST', `${RBAC}/namespaces/shop/rolebindings`, toWide)).toMatchObject({ code: 201 });
    plane.rbac.invalidate('root');
    const start = performance.now();
    const role = { metadata: { name: 'cube' }, rules };
    expect(await send(await tokenOf('holder'), 'POST', path, role)).toMatchObject({ code: 201 });
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('requests', () => {
  it('without a token, or with a wrong one, reach no data', async () => {
    for (const token of [
      '',
      'kdg.root.wrong',
      'eyJ.e30.x',
      `kdg.root.${'A'.repeat(43)}`,
      admin.replace('root', 'acme'),
    ]) {
      for (const path of ['/api/v1/pods', '/api/v1/namespaces/shop/secrets', '/apis', '/openapi/v3']) {
        const answer = await send(token, 'GET', path);
        expect(answer, `${token} ${path}`).toMatchObject({ code: 401, body: { reason: 'Unauthorized' } });
      }
    }
  });

  it('of an admin may do everything', async () => {
    expect(await send(admin, 'GET', '/api/v1/secrets')).toMatchObject({ code: 200 });
  });

  it('of a user without roles are forbidden, in upstream words, but may discover', async () => {
    const ada = await tokenOf('ada');
    expect(await send(ada, 'GET', '/api/v1/namespaces/shop/pods')).toMatchObject({
      code: 403,
      body: {
        reason: 'Forbidden',
        message: 'pods is forbidden: User "ada" cannot list resource "pods" in API group "" in the namespace "shop"',
      },
    });
    expect((await send(ada, 'GET', '/metrics')).body.message).toBe('forbidden: User "ada" cannot get path "/metrics"');
    expect(await send(ada, 'GET', '/apis')).toMatchObject({ code: 200 });
  });

  it('of a viewer may read all but secrets, in that namespace', async () => {
    const vera = await tokenOf('vera');
    await give('view', 'vera');
    expect(await send(vera, 'GET', '/api/v1/namespaces/shop/pods')).toMatchObject({ code: 200 });
    expect(await send(vera, 'GET', '/api/v1/namespaces/shop/secrets')).toMatchObject({ code: 403 });
    expect(await send(vera, 'GET', '/api/v1/namespaces/default/pods')).toMatchObject({ code: 403 });
    const map = { metadata: { name: 'm' } };
    expect(await send(vera, 'POST', '/api/v1/namespaces/shop/configmaps', map)).toMatchObject({ code: 403 });
  });

  it('of a namespace admin may hand on their own rights and no others', async () => {
    const olga = await tokenOf('olga');
    await give('admin', 'olga');
    const path = `${RBAC}/namespaces/shop/rolebindings`;
    expect(await send(olga, 'POST', path, bindTo('edit', 'bob'))).toMatchObject({ code: 201 });
    const refused = await send(olga, 'POST', path, bindTo('cluster-admin', 'olga'));
    expect(refused.code).toBe(403);
    expect(refused.body.message).toContain('is attempting to grant RBAC permissions not currently held:\n');
    const role = { metadata: { name: 'r' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
    expect(await send(olga, 'POST', `${RBAC}/namespaces/shop/roles`, role)).toMatchObject({ code: 403 });
  });
});

describe('ServiceAccount tokens', () => {
  const accounts = '/api/v1/namespaces/shop/serviceaccounts';
  const request = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });

  it('are issued on request, say who they are, and end with their account', async () => {
    await send(admin, 'POST', accounts, { metadata: { name: 'web' } });
    const issued = await send(admin, 'POST', `${accounts}/web/token`, request({ expirationSeconds: 600 }));
    expect(issued).toMatchObject({ code: 201, body: { status: { token: expect.any(String) } } });
    const { token } = issued.body.status;
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    expect(
      (await send(admin, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', review)).body.status,
    ).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:shop:web' },
      audiences: [BASE],
    });
    expect((await send(token, 'GET', '/api/v1/namespaces/shop/pods')).body.message).toContain(
      'User "system:serviceaccount:shop:web" cannot list resource "pods"',
    );

    const fresh = (await send(admin, 'POST', `${accounts}/web/token`, request({}))).body.status.token;
    expect(await send(admin, 'DELETE', `${accounts}/web`)).toMatchObject({ code: 200 });
    expect(await send(fresh, 'GET', '/apis')).toMatchObject({ code: 401 });
  });

  it('for another audience do not open the API', async () => {
    await send(admin, 'POST', accounts, { metadata: { name: 'vault' } });
    const issued = await send(admin, 'POST', `${accounts}/vault/token`, request({ audiences: ['vault'] }));
    expect(await send(issued.body.status.token, 'GET', '/apis')).toMatchObject({ code: 401 });
  });

  it('can be verified with nothing but what the API publishes', async () => {
    await send(admin, 'POST', accounts, { metadata: { name: 'oidc' } });
    const { token } = (await send(admin, 'POST', `${accounts}/oidc/token`, request({}))).body.status;
    const document = (await send(token, 'GET', '/.well-known/openid-configuration')).body;
    expect(document).toMatchObject({ issuer: BASE, jwks_uri: `${BASE}/openid/v1/jwks` });
    const keys = createLocalJWKSet((await send(token, 'GET', '/openid/v1/jwks')).body);
    const { payload } = await jwtVerify(token, keys, { issuer: BASE, audience: BASE });
    expect(payload.sub).toBe('system:serviceaccount:shop:oidc');
  });
});
