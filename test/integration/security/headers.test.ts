/** What headers and numbers of clients are worth. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BASE_URL, startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
const NAMESPACE = '/api/v1/namespaces/headers';
const YEAR = 365 * 24 * 3600;

beforeAll(async () => {
  api = await startWiredApi();
  await api.admin('POST', '/api/v1/namespaces', { body: { metadata: { name: 'headers' } } });
  await api.admin('POST', `${NAMESPACE}/serviceaccounts`, { body: { metadata: { name: 'app' } } });
  await api.grant('imp', {
    namespace: '',
    rules: [{ apiGroups: [''], resources: ['users'], resourceNames: ['bob'], verbs: ['impersonate'] }],
  });
});
afterAll(() => api?.close());

describe('S20: the life of a token', () => {
  const token = (expirationSeconds: number) =>
    api.admin('POST', `${NAMESPACE}/serviceaccounts/app/token`, { body: { spec: { expirationSeconds } } });

  it('S20: is cut to a year, with a warning', async () => {
    const { status, body, headers } = await token(2 ** 32);
    expect(status).toBe(201);
    expect(body.spec.expirationSeconds).toBe(YEAR);
    const { exp = 0, iat = 0 } = decodeJwt(body.status.token);
    expect(exp - iat).toBe(YEAR);
    expect(headers.get('warning')).toContain(`requested expiration of ${2 ** 32} seconds shortened to ${YEAR} seconds`);
  });

  it('S20: is what was asked for below that, without a warning', async () => {
    const { body, headers } = await token(7200);
    expect(body.spec.expirationSeconds).toBe(7200);
    expect(headers.get('warning')).toBeNull();
  });

  it.each([599, 2 ** 32 + 1])('S20: of %s seconds is refused', async (seconds) => {
    expect((await token(seconds)).status).toBe(422);
  });
});

describe('S21: impersonation', () => {
  const review = (headers: Record<string, string>) =>
    api.as('imp')('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: {},
      headers: { 'impersonate-user': 'bob', ...headers },
    });

  it.each(['__proto__', '__PROTO__', 'constructor', '%5f%5fproto%5f%5f', 'scopes'])(
    'S21: Impersonate-Extra-%s needs the right to it',
    async (key) => {
      const { status, body } = await review({ [`impersonate-extra-${key}`]: 'x' });
      expect(status).toBe(403);
      expect(body.message).toContain('userextras/');
    },
  );

  it('S21: and is applied where the right is there', async () => {
    await api.grant('imp', {
      namespace: '',
      rules: [{ apiGroups: ['authentication.k8s.io'], resources: ['userextras/__proto__'], verbs: ['impersonate'] }],
    });
    const { status, body, text } = await review({ 'impersonate-extra-__proto__': 'x' });
    expect(status, text).toBe(201);
    expect(Object.entries(body.status.userInfo.extra)).toContainEqual(['__proto__', ['x']]);
    expect((await review({})).status).toBe(201);
  });
});

describe('S22: the Audit-ID of a client', () => {
  const idOf = async (given: string) => {
    const { headers } = await api.admin('GET', `${NAMESPACE}/pods`, { headers: { 'audit-id': given } });
    return headers.get('audit-id');
  };

  it.each(['7d2f4f4e-64b3-4d86-a0c3-0e3a8f2b7a11', 'trace.1_2:3', 'a'.repeat(64)])('S22: %s is kept', async (id) => {
    expect(await idOf(id)).toBe(id);
  });

  it.each(['a'.repeat(65), 'a'.repeat(10_000), 'a b', '{"level":50}', '<script>', '', 'a, b'])(
    'S22: %s is replaced',
    async (id) => {
      expect(await idOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    },
  );
});

describe('S23: warnings', () => {
  const warningsFor = async (fields: Record<string, number>) => {
    const response = await api.plane.app.request(`${BASE_URL}${NAMESPACE}/configmaps?dryRun=All`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await api.tokenOf('admin')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name: 'w' }, ...fields }),
    });
    expect(response.status).toBe(201);
    return response.headers.get('warning') ?? '';
  };

  it.each([
    ['many', Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`field-${i}-${'x'.repeat(30)}`, i]))],
    ['one long', { ['y'.repeat(50_000)]: 1 }],
    ['long ones', Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`${i}-${'"'.repeat(2_000)}`, i]))],
  ])('S23: %s stay within 4 KiB in all', async (_, fields) => {
    const text = await warningsFor(fields as Record<string, number>);
    expect(text.length).toBeGreaterThan(100);
    // The separators that joining the headers adds are beside the text.
    expect(text.replaceAll(', 299 - ', '299 - ').length).toBeLessThanOrEqual(4096);
  });

  it('S23: few are told whole', async () => {
    const name = 'z'.repeat(1000);
    expect(await warningsFor({ [name]: 1 })).toBe(`299 - "unknown field \\"${name}\\""`);
  });
});
