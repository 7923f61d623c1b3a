/** What the stages of a write hold to, whatever admission gives back and whichever way a write comes. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AdmissionRequest } from '../../../src/apiserver/admission/contract.ts';
import { type Api, startApi } from '../../support/api.ts';

let api: Api;
/** What somebody outside makes of an object that is to be admitted. */
let outside: ((object: object) => unknown) | undefined;
const seen: AdmissionRequest[] = [];
const PODS = '/api/v1/namespaces/default/pods';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const POD = { containers: [{ name: 'c', image: 'nginx' }] };
const TEMPLATE = { metadata: { labels: { app: 'x' } }, spec: POD };

beforeAll(async () => {
  api = await startApi({
    admission: {
      async admit(request) {
        seen.push(request);
        if (outside === undefined || request.object === undefined) return;
        const given = outside(structuredClone(request.object));
        if (request.reshape !== undefined) request.object = request.reshape(given);
      },
      async validate() {},
    },
  });
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
  const spec = { replicas: 1, selector: { matchLabels: { app: 'x' } }, template: TEMPLATE };
  const made = await api.request('POST', DEPLOYMENTS, { body: { metadata: { name: 'web' }, spec } });
  expect(made.status, made.text).toBe(201);
});
afterAll(() => api?.close());

beforeEach(() => {
  outside = undefined;
  seen.length = 0;
});

function createPod(name: string) {
  return api.request('POST', PODS, { body: { metadata: { name }, spec: POD } });
}

test('what mutation gives back is pruned and defaulted, and keeps what nobody chooses', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a webhook's patch is any JSON
  outside = (pod: any) => ({
    ...pod,
    metadata: { ...pod.metadata, uid: 'mine', generation: 7, managedFields: [{ manager: 'x' }] },
    spec: { ...pod.spec, unheard: true, containers: [...pod.spec.containers, { name: 'side', image: 'envoy', x: 1 }] },
  });
  const { status, body, text } = await createPod('mutated');
  expect(status, text).toBe(201);
  expect(body.spec).not.toHaveProperty('unheard');
  expect(body.spec.containers[1]).toEqual({
    name: 'side',
    image: 'envoy',
    imagePullPolicy: 'Always',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  expect(body.metadata.uid).not.toBe('mine');
  expect(body.metadata.generation).not.toBe(7);
  expect(body.metadata.managedFields).toMatchObject([{ manager: 'unknown', operation: 'Update' }]);
});

test('what mutation gives back of a wrong type is refused, and nothing is stored', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a webhook's patch is any JSON
  outside = (pod: any) => ({ ...pod, spec: { ...pod.spec, containers: 'none' } });
  const { status, body } = await createPod('broken');
  expect(status).toBe(400);
  expect(body.message).toContain('cannot unmarshal string into Go struct field PodSpec.spec.containers');
  expect((await api.request('GET', `${PODS}/broken`)).status).toBe(404);
});

test('what mutation makes of a status changes nothing but the status', async () => {
  await createPod('reported');
  // biome-ignore lint/suspicious/noExplicitAny: a webhook's patch is any JSON
  outside = (pod: any) => ({
    ...pod,
    spec: { ...pod.spec, nodeName: 'taken' },
    status: { ...pod.status, message: 'm' },
  });
  const { status, body, text } = await api.request('PATCH', `${PODS}/reported/status`, {
    body: { spec: { priority: 9 }, status: { reason: 'r' } },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(status, text).toBe(200);
  expect(body.spec.nodeName).toBeUndefined();
  expect(body.spec.priority).toBeUndefined();
  expect(body.status).toMatchObject({ reason: 'r', message: 'm' });
});

test('mutation of a view changes the object through the view alone', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a webhook's patch is any JSON
  outside = (scale: any) => ({ ...scale, spec: { replicas: 5, template: {} } });
  const put = await api.request('PUT', `${DEPLOYMENTS}/web/scale`, { body: { spec: { replicas: 2 } } });
  expect(put.status, put.text).toBe(200);
  expect(put.body).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
  outside = undefined;
  const { body } = await api.request('GET', `${DEPLOYMENTS}/web`);
  expect(body.spec).toMatchObject({ replicas: 5, template: TEMPLATE });
  expect(body.metadata.generation).toBe(2);
  expect(seen[0]).toMatchObject({ subresource: 'scale', object: { kind: 'Scale' }, old: { spec: { replicas: 1 } } });
});

test('options travel whole to admission, whichever verb and subresource', async () => {
  await createPod('optional');
  seen.length = 0;
  const query = '?fieldManager=ada&fieldValidation=Ignore&dryRun=All';
  const merge = { 'content-type': 'application/merge-patch+json' };
  await api.request('POST', `${PODS}${query}`, { body: { metadata: { name: 'y' }, spec: POD } });
  await api.request('PATCH', `${PODS}/optional${query}`, { body: { metadata: {} }, headers: merge });
  await api.request('PATCH', `${PODS}/optional/status${query}`, { body: { status: {} }, headers: merge });
  await api.request('PATCH', `${DEPLOYMENTS}/web/scale${query}`, { body: { spec: { replicas: 1 } }, headers: merge });
  await api.request('POST', `${PODS}/optional/binding${query}`, { body: { target: { name: 'n' } } });
  await api.request('POST', `${PODS}/optional/eviction${query}`, { body: { metadata: { name: 'optional' } } });
  await api.request('PUT', `/api/v1/namespaces/default/finalize${query}`, { body: { metadata: { name: 'default' } } });
  expect(seen.map(({ operation, subresource }) => `${operation} ${subresource}`)).toEqual([
    'CREATE ',
    'UPDATE ',
    'UPDATE status',
    'UPDATE scale',
    'CREATE binding',
    'CREATE eviction',
    'UPDATE finalize',
  ]);
  for (const { options } of seen) {
    expect(options).toMatchObject({ fieldManager: 'ada', force: false, fieldValidation: 'Ignore', dryRun: true });
  }
});

test('the program of User-Agent manages what names no manager', async () => {
  const headers = { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc' };
  await api.request('POST', `${PODS}?dryRun=All`, { body: { metadata: { name: 'z' }, spec: POD }, headers });
  expect(seen[0]?.options).toMatchObject({ fieldManager: 'kubectl' });
});

test('a part of the object is changed alone: finalize takes no labels, and a name that is another is refused', async () => {
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'parted', labels: { a: 'b' } } } });
  const finalize = (body: object) => api.request('PUT', '/api/v1/namespaces/parted/finalize', { body });
  const { status, body, text } = await finalize({
    metadata: { name: 'parted', labels: { a: 'c' } },
    spec: { finalizers: ['kubernetes', 'example.com/mine'] },
    status: { phase: 'Terminating' },
  });
  expect(status, text).toBe(200);
  expect(body.metadata.labels.a).toBe('b');
  expect(body.spec.finalizers).toEqual(['kubernetes', 'example.com/mine']);
  expect(body.status.phase).toBe('Active');
  expect((await finalize({ metadata: { name: 'other' } })).status).toBe(400);
  const stale = await finalize({ metadata: { name: 'parted', resourceVersion: '1' }, spec: {} });
  expect([stale.status, stale.body.reason]).toEqual([409, 'Conflict']);
  const wrong = await api.request('GET', '/api/v1/namespaces/parted/finalize');
  expect(wrong.status).toBe(405);
});
