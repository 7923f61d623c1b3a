import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Api, startApi, TENANT, TOKEN } from '../../support/api.ts';
import { namespace } from './objects.ts';

let api: Api;

beforeAll(async () => {
  api = await startApi({
    authenticator: {
      async authenticate(token) {
        if (token === TOKEN) return { tenant: TENANT, user: ADMIN };
        if (token === 'jane') return { tenant: TENANT, user: { name: 'jane', groups: ['system:authenticated'] } };
        if (token === 'acme') return { tenant: 'acme', user: { name: 'joe', groups: ['system:masters'] } };
        return undefined;
      },
    },
    authorizer: {
      async authorize({ user, request }) {
        const reads = request.verb === 'get' || request.verb === 'list';
        const allowed = user.groups.includes('system:masters') || (user.name === 'jane' && reads);
        return { decision: allowed ? 'allow' : 'noOpinion', reason: '' };
      },
    },
  });
  await api.request('POST', '/api/v1/namespaces', { body: namespace('work') });
});
afterAll(() => api?.close());

const PODS = '/api/v1/namespaces/work/pods';

describe('authentication', () => {
  test.each(['', 'wrong'])('with token %j nothing is told', async (token) => {
    for (const path of [PODS, '/api', '/apis', '/openapi/v3', '/metrics', '/nothing']) {
      const { status, body } = await api.request('GET', path, { token });
      expect(status).toBe(401);
      expect(body).toMatchObject({ kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized', code: 401 });
    }
  });

  test('another scheme is no token', async () => {
    const headers = { authorization: 'Basic YTpi' };
    expect((await api.request('GET', PODS, { token: '', headers })).status).toBe(401);
    expect((await api.request('GET', '/healthz', { token: '', headers })).status).toBe(401);
  });

  test.each(['/healthz', '/livez', '/readyz', '/version'])('%s is for everyone', async (path) => {
    expect((await api.request('GET', path, { token: '' })).status).toBe(200);
  });
});

describe('tenants', () => {
  test('a token says which tenant it is for', async () => {
    const { status } = await api.request('GET', PODS, { token: 'acme' });
    expect(status).toBe(404); // there is no tenant of that name in this store
  });

  test("a token does not open another tenant; an operator's opens all", async () => {
    expect((await api.request('GET', `/t/root${PODS}`, { token: 'acme' })).status).toBe(401);
    expect((await api.request('GET', `/t/acme${PODS}`, { token: 'jane' })).status).toBe(401);
    expect((await api.request('GET', `/t/acme${PODS}`)).status).toBe(404);
    expect((await api.request('GET', `/t/root${PODS}`)).status).toBe(200);
  });
});

describe('authorization', () => {
  test("what is not allowed is 403 in upstream's words", async () => {
    const { status, body } = await api.request('POST', PODS, { token: 'jane', body: {} });
    expect(status).toBe(403);
    expect(body).toMatchObject({
      reason: 'Forbidden',
      message: 'pods is forbidden: User "jane" cannot create resource "pods" in API group "" in the namespace "work"',
    });
  });

  test('impersonation needs to be allowed, and then counts', async () => {
    const refused = await api.request('GET', PODS, { token: 'jane', headers: { 'impersonate-user': 'admin' } });
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain('cannot impersonate resource "users" in API group "" at the cluster scope');
    const headers = { 'impersonate-user': 'jane' };
    expect((await api.request('GET', PODS, { headers })).status).toBe(200);
    expect((await api.request('POST', PODS, { headers, body: {} })).status).toBe(403);
  });
});

describe('reviews', () => {
  const review = (resource: string, body: object, token = 'jane') =>
    api.request('POST', `/apis/authorization.k8s.io/v1/${resource}`, { token, body });
  const attributes = { namespace: 'work', verb: 'delete', resource: 'pods' };

  test('reviews need to be allowed like everything else', async () => {
    const { status } = await review('subjectaccessreviews', { spec: { user: 'jane', resourceAttributes: attributes } });
    expect(status).toBe(403);
  });

  test('SelfSubjectAccessReview and SubjectAccessReview answer what the authorizer would', async () => {
    const own = await review('selfsubjectaccessreviews', { spec: { resourceAttributes: attributes } }, TOKEN);
    expect(own.status).toBe(201);
    expect(own.body).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } });
    const other = await review(
      'subjectaccessreviews',
      { spec: { user: 'jane', resourceAttributes: attributes } },
      TOKEN,
    );
    expect(other.body.status.allowed).toBe(false);
    const reading = { ...attributes, verb: 'get' };
    const may = await review('subjectaccessreviews', { spec: { user: 'jane', resourceAttributes: reading } }, TOKEN);
    expect(may.body.status.allowed).toBe(true);
    expect((await review('selfsubjectaccessreviews', { spec: {} }, TOKEN)).status).toBe(422);
  });

  test('LocalSubjectAccessReview stays in its namespace', async () => {
    const path = '/apis/authorization.k8s.io/v1/namespaces/work/localsubjectaccessreviews';
    const body = { spec: { user: 'jane', resourceAttributes: attributes } };
    expect((await api.request('POST', path, { body })).body.status.allowed).toBe(false);
    const elsewhere = { spec: { user: 'jane', resourceAttributes: { ...attributes, namespace: 'other' } } };
    expect((await api.request('POST', path, { body: elsewhere })).status).toBe(422);
  });

  test('whoami', async () => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { body } = await api.request('POST', path, { body: { kind: 'SelfSubjectReview' } });
    expect(body.status.userInfo).toMatchObject({
      username: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    });
  });

  test('TokenReview knows the tokens of its tenant', async () => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const ask = async (token: string) => (await api.request('POST', path, { body: { spec: { token } } })).body.status;
    expect(await ask('jane')).toMatchObject({ authenticated: true, user: { username: 'jane' } });
    expect((await ask('acme')).authenticated).toBeFalsy();
    expect((await ask('wrong')).authenticated).toBeFalsy();
  });
});

test('errors inside are 500, and logged with their cause', async () => {
  const logged: object[] = [];
  const broken = await startApi({
    clusterSettings: async () => {
      throw new TypeError('a bug');
    },
    log: { info() {}, warn() {}, error: (fields) => logged.push(fields) },
  });
  try {
    const { status, body } = await broken.request('POST', '/api/v1/namespaces', { body: namespace('x') });
    expect(status).toBe(500);
    expect(body).toMatchObject({ reason: 'InternalError', message: 'Internal error occurred: a bug' });
    expect(logged).toMatchObject([{ err: expect.any(TypeError), code: 500, verb: 'create' }]);
  } finally {
    await broken.close();
  }
});
