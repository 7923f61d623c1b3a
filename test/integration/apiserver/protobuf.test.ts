/** Bodies in protobuf that kubectl does not send, yet client-go's typed clients do. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { protobufDescriptors } from '../../../src/apis/generated/protobuf.js';
import { createApp } from '../../../src/apiserver/app.ts';
import { type Api, startApi, TOKEN } from '../../support/api.ts';
import { encodeMessage, envelope } from '../../support/protobuf.ts';
import { namespace, pod } from './objects.ts';

const NAMESPACE = '/api/v1/namespaces/proto';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/proto/leases';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await api.request('POST', '/api/v1/namespaces', { body: namespace('proto') });
});
afterAll(() => api?.close());

/** `type` is `apps/v1/Deployment`. */
async function send(method: string, path: string, type: string, object: object) {
  const slash = type.lastIndexOf('/');
  const kind = type.slice(slash + 1);
  const name = kind === 'DeleteOptions' ? DELETE_OPTIONS : protobufDescriptors.kinds[type]!;
  const response = await api.app.request(path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': PROTOBUF, accept: `${PROTOBUF},application/json` },
    body: envelope(type.slice(0, slash), kind, encodeMessage(object, name, protobufDescriptors)) as BodyInit,
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  return { status: response.status, body: (await response.json()) as any };
}

test('a Lease is created and renewed, to the microsecond', async () => {
  const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.678901Z' };
  const created = await send('POST', LEASES, 'coordination.k8s.io/v1/Lease', { metadata: { name: 'l' }, spec });
  expect(created).toMatchObject({ status: 201, body: { spec } });
  const renewed = { ...spec, renewTime: '2026-01-02T03:04:15.000001Z', leaseTransitions: 0 };
  const { metadata } = created.body;
  const updated = await send('PUT', `${LEASES}/l`, 'coordination.k8s.io/v1/Lease', { metadata, spec: renewed });
  expect(updated).toMatchObject({ status: 200, body: { spec: renewed } });
  const late = await send('PUT', `${LEASES}/l`, 'coordination.k8s.io/v1/Lease', { metadata, spec });
  expect(late).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
});

test('a Pod keeps its quantities, ports, probes and volumes', async () => {
  const spec = {
    containers: [
      {
        name: 'c',
        image: 'i',
        resources: { limits: { cpu: '500m', memory: '64Mi' } },
        livenessProbe: { httpGet: { path: '/', port: 'web' } },
        readinessProbe: { tcpSocket: { port: 8080 } },
        ports: [{ name: 'web', containerPort: 8080 }],
      },
    ],
    volumes: [{ name: 'v', configMap: { name: 'cm', optional: false } }],
    securityContext: { supplementalGroups: [1, 2] },
    terminationGracePeriodSeconds: 0,
  };
  const created = await send('POST', `${NAMESPACE}/pods`, 'v1/Pod', { metadata: { name: 'p' }, spec });
  expect(created).toMatchObject({ status: 201, body: { spec } });
});

test('Binding, Eviction and DeleteOptions act as their JSON does', async () => {
  await api.request('POST', `${NAMESPACE}/pods`, { body: pod('moved') });
  const target = { kind: 'Node', name: 'node-1' };
  expect(await send('POST', `${NAMESPACE}/pods/moved/binding`, 'v1/Binding', { target })).toMatchObject({
    status: 201,
  });
  const bound = await api.request('GET', `${NAMESPACE}/pods/moved`);
  expect(bound.body.spec.nodeName).toBe('node-1');

  const stale = { preconditions: { uid: 'another' } };
  expect(await send('DELETE', `${NAMESPACE}/pods/moved`, 'v1/DeleteOptions', stale)).toMatchObject({ status: 409 });
  const eviction = { metadata: { name: 'moved' }, deleteOptions: { gracePeriodSeconds: 0 } };
  expect(await send('POST', `${NAMESPACE}/pods/moved/eviction`, 'policy/v1/Eviction', eviction)).toMatchObject({
    status: 201,
  });
  expect((await api.request('GET', `${NAMESPACE}/pods/moved`)).status).toBe(404);
});

test('another kind than the path’s is refused', async () => {
  const answer = await send('POST', `${NAMESPACE}/configmaps`, 'v1/Secret', { metadata: { name: 's' } });
  expect(answer.status).toBe(400);
  expect(answer.body.message).toMatch(/^Secret in version "v1" cannot be handled as a ConfigMap: /);
});

test('where no messages are known it is refused with 415, which names what is read', async () => {
  const { protobuf: _, ...deps } = api.deps;
  const answer = await createApp(deps).request(`${NAMESPACE}/configmaps`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': PROTOBUF },
    body: 'k8s',
  });
  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({
    reason: 'UnsupportedMediaType',
    message: expect.stringMatching(/accepted media types include: application\/json, application\/yaml$/),
  });
});

test.each([
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '-9007199254740993',
  '3546343826724305832',
])('the int64 %s comes through digit for digit', async (digits) => {
  const [number, name] = [BigInt(digits), `i${digits}`];
  const metadata = { name };
  const long = number < 0n ? 30n : number;
  const spec = {
    containers: [{ name: 'c', image: 'i' }],
    terminationGracePeriodSeconds: long,
    tolerations: [{ operator: 'Exists', effect: 'NoExecute', key: 'a', tolerationSeconds: number }],
  };
  const template = { metadata: { labels: { a: 'b' } }, spec };
  const deployment = { metadata, spec: { selector: { matchLabels: { a: 'b' } }, template } };
  const type = 'apps/v1/Deployment';
  const path = '/apis/apps/v1/namespaces/proto/deployments';
  expect(await send('POST', path, type, deployment)).toMatchObject({ status: 201 });
  const made = await api.request('GET', `${path}/${name}`);
  expect(made.text).toContain(`"terminationGracePeriodSeconds":${long}`);
  expect(made.text).toContain(`"tolerationSeconds":${digits}`);
  const { resourceVersion } = made.body.metadata;
  const again = { ...deployment, metadata: { name, resourceVersion, labels: { c: 'd' } } };
  expect(await send('PUT', `${path}/${name}`, type, again)).toMatchObject({ status: 200 });
  const stored = (await api.request('GET', `${path}/${name}`)).text;
  expect(stored).toContain(`"tolerationSeconds":${digits}`);
  // Not seen as another value: nothing but the label changed.
  expect(stored).toContain('"generation":1');
});
