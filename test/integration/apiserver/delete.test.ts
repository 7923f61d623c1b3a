import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';
import { configMap, namespace, pod } from './objects.ts';

let api: Api;
const MAPS = '/api/v1/namespaces/work/configmaps';
const PODS = '/api/v1/namespaces/work/pods';

beforeAll(async () => {
  api = await startApi();
  await api.request('POST', '/api/v1/namespaces', { body: namespace('work') });
  await api.request('POST', '/api/v1/namespaces/work/serviceaccounts', { body: { metadata: { name: 'default' } } });
});
afterAll(() => api?.close());

async function make(path: string, object: object) {
  const { status, body } = await api.request('POST', path, { body: object });
  expect(status).toBe(201);
  return body;
}

async function scheduled(name: string, metadata: object = {}) {
  const object = pod(name, metadata);
  return make(PODS, { ...object, spec: { ...object.spec, nodeName: 'n1' } });
}

const mergePatch = { 'content-type': 'application/merge-patch+json' };

test('an object without ties goes at once, and the answer says so', async () => {
  const { metadata } = await make(MAPS, configMap('plain'));
  const { status, body } = await api.request('DELETE', `${MAPS}/plain`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    kind: 'Status',
    status: 'Success',
    details: { name: 'plain', kind: 'configmaps', uid: metadata.uid },
  });
  expect((await api.request('DELETE', `${MAPS}/plain`)).status).toBe(404);
});

test('finalizers keep it until the last one is removed', async () => {
  await make(MAPS, { ...configMap('held'), metadata: { name: 'held', finalizers: ['acme.example/hold'] } });
  const { body } = await api.request('DELETE', `${MAPS}/held`);
  expect(body.kind).toBe('ConfigMap');
  expect(body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, deletionTimestamp: expect.any(String) });
  const again = await api.request('DELETE', `${MAPS}/held`);
  expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
  const added = await api.request('PATCH', `${MAPS}/held`, {
    body: { metadata: { finalizers: ['acme.example/hold', 'acme.example/late'] } },
    headers: mergePatch,
  });
  expect(added.status).toBe(422);
  expect(added.body.message).toContain('no new finalizers can be added if the object is being deleted');
  const freed = await api.request('PATCH', `${MAPS}/held`, {
    body: { metadata: { finalizers: null } },
    headers: mergePatch,
  });
  expect(freed.status).toBe(200);
  expect((await api.request('GET', `${MAPS}/held`)).status).toBe(404);
});

describe('propagation', () => {
  test.each([
    [{ propagationPolicy: 'Foreground' }, ['foregroundDeletion']],
    [{ propagationPolicy: 'Orphan' }, ['orphan']],
    [{ orphanDependents: true }, ['orphan']],
  ])('%j leaves the collector its finalizer', async (options, finalizers) => {
    const name = `prop-${finalizers[0]?.toLowerCase()}-${Object.keys(options)[0]?.toLowerCase()}`;
    await make(MAPS, configMap(name));
    const { body } = await api.request('DELETE', `${MAPS}/${name}`, { body: options });
    expect(body.metadata.finalizers).toEqual(finalizers);
  });

  test('Background takes it away again', async () => {
    await make(MAPS, configMap('back'));
    await api.request('DELETE', `${MAPS}/back?propagationPolicy=Foreground`);
    const { body } = await api.request('DELETE', `${MAPS}/back?propagationPolicy=Background`);
    expect(body.status).toBe('Success');
  });
});

test('preconditions', async () => {
  const { metadata } = await make(MAPS, configMap('pre'));
  const wrong = await api.request('DELETE', `${MAPS}/pre`, { body: { preconditions: { uid: 'x' } } });
  expect(wrong.status).toBe(409);
  expect(wrong.body.message).toContain(
    `Precondition failed: UID in precondition: x, UID in object meta: ${metadata.uid}`,
  );
  const stale = await api.request('DELETE', `${MAPS}/pre`, { body: { preconditions: { resourceVersion: '1' } } });
  expect(stale.status).toBe(409);
  const { status } = await api.request('DELETE', `${MAPS}/pre`, { body: { preconditions: { uid: metadata.uid } } });
  expect(status).toBe(200);
});

test('dryRun deletes nothing', async () => {
  await make(MAPS, configMap('dry'));
  expect((await api.request('DELETE', `${MAPS}/dry?dryRun=All`)).status).toBe(200);
  expect((await api.request('GET', `${MAPS}/dry`)).status).toBe(200);
});

describe('pods', () => {
  test('an unscheduled pod goes at once', async () => {
    await make(PODS, pod('free'));
    await api.request('DELETE', `${PODS}/free`);
    expect((await api.request('GET', `${PODS}/free`)).status).toBe(404);
  });

  test('a scheduled pod gets its grace period, which can be shortened and not prolonged', async () => {
    await scheduled('grace');
    const first = await api.request('DELETE', `${PODS}/grace`);
    expect(first.body.metadata.deletionGracePeriodSeconds).toBe(30);
    const longer = await api.request('DELETE', `${PODS}/grace?gracePeriodSeconds=60`);
    expect(longer.body.metadata).toEqual(first.body.metadata);
    const shorter = await api.request('DELETE', `${PODS}/grace?gracePeriodSeconds=10`);
    expect(shorter.body.metadata.deletionGracePeriodSeconds).toBe(10);
    const left =
      Date.parse(first.body.metadata.deletionTimestamp) - Date.parse(shorter.body.metadata.deletionTimestamp);
    expect(left).toBe(20_000);
    await api.request('DELETE', `${PODS}/grace?gracePeriodSeconds=0`);
    expect((await api.request('GET', `${PODS}/grace`)).status).toBe(404);
  });

  test('zero at once deletes at once', async () => {
    await scheduled('force');
    await api.request('DELETE', `${PODS}/force?gracePeriodSeconds=0`);
    expect((await api.request('GET', `${PODS}/force`)).status).toBe(404);
  });

  test('a finalizer outlives the grace period', async () => {
    await scheduled('final', { finalizers: ['acme.example/hold'] });
    await api.request('DELETE', `${PODS}/final`);
    const { body } = await api.request('DELETE', `${PODS}/final?gracePeriodSeconds=0`);
    expect(body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['acme.example/hold'] });
    await api.request('PATCH', `${PODS}/final`, { body: { metadata: { finalizers: [] } }, headers: mergePatch });
    expect((await api.request('GET', `${PODS}/final`)).status).toBe(404);
  });
});

describe('namespaces', () => {
  test('terminate, refuse new content, and go with their last finalizer', async () => {
    await api.request('POST', '/api/v1/namespaces', { body: namespace('going') });
    const { body } = await api.request('DELETE', '/api/v1/namespaces/going');
    expect(body.status.phase).toBe('Terminating');
    expect(body.spec.finalizers).toEqual(['kubernetes']);

    const refused = await api.request('POST', '/api/v1/namespaces/going/configmaps', { body: configMap('late') });
    expect(refused.status).toBe(403);
    expect(refused.body.message).toBe(
      'configmaps "late" is forbidden: unable to create new content in namespace going because it is being terminated',
    );
    expect(refused.body.details.causes[0].reason).toBe('NamespaceTerminating');

    expect((await api.request('DELETE', '/api/v1/namespaces/going')).status).toBe(409);

    const finalized = await api.request('PUT', '/api/v1/namespaces/going/finalize', { body: { ...body, spec: {} } });
    expect(finalized.status).toBe(200);
    expect((await api.request('GET', '/api/v1/namespaces/going')).status).toBe(404);
  });

  test('finalizers do not change by a plain update', async () => {
    const { body } = await api.request('GET', '/api/v1/namespaces/work');
    const answer = await api.request('PUT', '/api/v1/namespaces/work', { body: { ...body, spec: { finalizers: [] } } });
    expect(answer.body.spec.finalizers).toEqual(['kubernetes']);
  });
});

describe('deletecollection', () => {
  test('deletes what the selector selects and answers what that was', async () => {
    for (let i = 0; i < 40; i++) await make(MAPS, configMap(`many-${i}`, {}, { group: i < 30 ? 'a' : 'b' }));
    const { status, body } = await api.request('DELETE', `${MAPS}?labelSelector=group%3Da`);
    expect(status).toBe(200);
    expect(body.items).toHaveLength(30);
    const left = await api.request('GET', `${MAPS}?labelSelector=group`);
    expect(left.body.items).toHaveLength(10);
  });
});
