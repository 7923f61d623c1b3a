import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
beforeAll(async () => {
  api = await startWiredApi();
  await api.admin('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
});
afterAll(() => api?.close());

const pod = (name: string, spec: object) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
});
const create = (body: object, query = '') => api.admin('POST', `/api/v1/namespaces/default/pods${query}`, { body });

test('a runtimeClassName that does not exist refuses the pod, dry run or not, in upstream’s words', async () => {
  for (const query of ['', '?dryRun=All']) {
    expect(await create(pod('x', { runtimeClassName: 'gvisor' }), query)).toMatchObject({
      status: 403,
      body: { reason: 'Forbidden', message: 'pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found' },
    });
  }
  expect((await api.admin('GET', '/api/v1/namespaces/default/pods/x')).status).toBe(404);
});

test('a pod that asks for none is taken, and a name that is none is told as invalid', async () => {
  expect((await create(pod('plain', {}))).status).toBe(201);
  const wrong = await create(pod('y', { runtimeClassName: 'No Name' }));
  expect(wrong).toMatchObject({ status: 422, body: { message: expect.stringContaining('spec.runtimeClassName') } });
});
