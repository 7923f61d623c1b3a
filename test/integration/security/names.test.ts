/** What a right on one name is worth: that name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
const SECRETS = '/api/v1/namespaces/vault/secrets';

beforeAll(async () => {
  api = await startWiredApi();
  await api.admin('POST', '/api/v1/namespaces', { body: { metadata: { name: 'vault' } } });
  for (const name of ['allowed', 'other']) {
    const { status } = await api.admin('POST', SECRETS, { body: { metadata: { name }, stringData: { for: name } } });
    expect(status).toBe(201);
  }
  await api.grant('reader', {
    namespace: 'vault',
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['allowed'], verbs: ['list', 'watch'] }],
  });
});
afterAll(() => api?.close());

/** The names of the secrets that a list or a watch of half a second shows. */
async function shown(path: string): Promise<string[]> {
  const { status, text, body } = await api.as('reader')('GET', path);
  expect(status, text).toBe(200);
  if (body?.items !== undefined) return body.items.map((each: { metadata: { name: string } }) => each.metadata.name);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).object.metadata.name);
}

describe('S3: resourceNames holds for lists and watches', () => {
  it.each([
    '/api/v1/watch/namespaces/vault/secrets/allowed?timeoutSeconds=1',
    '/api/v1/watch/namespaces/vault/secrets/allowed?timeoutSeconds=1&fieldSelector=metadata.name%3Dallowed',
    `${SECRETS}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dallowed`,
    `${SECRETS}?fieldSelector=metadata.name%3Dallowed`,
    `${SECRETS}?fieldSelector=metadata.name%3D%3Dallowed,metadata.namespace%3Dvault`,
  ])('S3: %s shows the one Secret that the role names', async (path) => {
    expect(await shown(path)).toEqual(['allowed']);
  });

  it.each([
    '/api/v1/watch/namespaces/vault/secrets',
    '/api/v1/watch/namespaces/vault/secrets/other',
    SECRETS,
    `${SECRETS}?watch=true`,
    `${SECRETS}?fieldSelector=metadata.name%3Dother`,
    `${SECRETS}?fieldSelector=metadata.name!%3Dallowed`,
    // One term whose value has a comma in it: it selects every Secret that has not this odd namespace.
    `${SECRETS}?fieldSelector=${encodeURIComponent('metadata.namespace!=x\\,metadata.name=allowed')}`,
    `${SECRETS}?fieldSelector=${encodeURIComponent('type!=x\\,metadata.name=allowed')}`,
    `${SECRETS}?watch=1&fieldSelector=${encodeURIComponent('type!=x\\,metadata.name=allowed')}`,
  ])('S3: %s is forbidden', async (path) => {
    const { status, body } = await api.as('reader')('GET', path);
    expect(status).toBe(403);
    expect(body.items).toBeUndefined();
  });

  it.each(['metadata.name%3Dother', 'type%3DOpaque', 'metadata.name!%3Dallowed'])(
    'S3: the path names one object and the selector %s does not',
    async (selector) => {
      const path = `/api/v1/watch/namespaces/vault/secrets/allowed?fieldSelector=${selector}`;
      const { status, body } = await api.as('reader')('GET', path);
      expect(status).toBe(400);
      expect(body.message).toBe("fieldSelector metadata.name doesn't match requested name");
    },
  );
});
