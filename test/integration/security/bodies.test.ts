/** Bodies of kinds that nobody stores meet their schemas: a wrong type is a 400 in the decoder's words, never a 500. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
const NAMESPACE = '/api/v1/namespaces/bodies';
const POD = `${NAMESPACE}/pods/p`;
const AUTHN = '/apis/authentication.k8s.io/v1';
const AUTHZ = '/apis/authorization.k8s.io/v1';
const DEPLOYMENT = '/apis/apps/v1/namespaces/bodies/deployments/d';

beforeAll(async () => {
  api = await startWiredApi();
  await api.admin('POST', '/api/v1/namespaces', { body: { metadata: { name: 'bodies' } } });
  await api.admin('POST', `${NAMESPACE}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
  const labels = { app: 'd' };
  await api.admin('POST', '/apis/apps/v1/namespaces/bodies/deployments', {
    body: {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
  });
  await api.admin('POST', `${NAMESPACE}/pods`, {
    body: { metadata: { name: 'p' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } },
  });
});
afterAll(() => api?.close());

/** Method, path, body and what the answer's message has. */
type Bad = [method: string, path: string, body: object | string, message: string];

const unmarshal = (found: string, field: string, type: string) =>
  `json: cannot unmarshal ${found} into Go struct field ${field} of type ${type}`;

const WRONG_TYPES: Bad[] = [
  ['DELETE', POD, { dryRun: 'All' }, unmarshal('string', 'DeleteOptions.dryRun', '[]string')],
  ['DELETE', POD, { dryRun: { a: 1 } }, unmarshal('object', 'DeleteOptions.dryRun', '[]string')],
  ['DELETE', POD, { gracePeriodSeconds: 'soon' }, unmarshal('string', 'DeleteOptions.gracePeriodSeconds', 'int64')],
  [
    'DELETE',
    POD,
    '{"gracePeriodSeconds":1e300}',
    'into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
  ],
  ['DELETE', POD, { gracePeriodSeconds: 1.5 }, unmarshal('number 1.5', 'DeleteOptions.gracePeriodSeconds', 'int64')],
  [
    'DELETE',
    POD,
    { preconditions: { uid: 5 } },
    'json: cannot unmarshal number into Go struct field Preconditions.preconditions.uid',
  ],
  ['DELETE', POD, { orphanDependents: 'yes' }, unmarshal('string', 'DeleteOptions.orphanDependents', 'bool')],
  ['DELETE', POD, { kind: 'Pod' }, 'cannot be handled as a DeleteOptions'],
  [
    'DELETE',
    POD,
    { kind: { toString: 1 } },
    "couldn't get version/kind; json parse error: json: cannot unmarshal object into Go struct field .kind of type string",
  ],
  [
    'POST',
    `${NAMESPACE}/configmaps`,
    '{"kind":5,"metadata":{"name":"a"}}',
    'cannot unmarshal number into Go struct field .kind',
  ],
  [
    'POST',
    `${NAMESPACE}/configmaps`,
    '{"apiVersion":[{"toString":1}],"metadata":{"name":"a"}}',
    'cannot unmarshal array into Go struct field .apiVersion of type string',
  ],
  ['DELETE', POD, '[1]', 'cannot be handled as a DeleteOptions'],
  ['DELETE', `${NAMESPACE}/pods`, { dryRun: 'All' }, unmarshal('string', 'DeleteOptions.dryRun', '[]string')],
  ['POST', `${POD}/eviction`, { deleteOptions: { dryRun: 'All' } }, 'DeleteOptions.deleteOptions.dryRun'],
  [
    'POST',
    `${POD}/eviction`,
    { deleteOptions: 5 },
    'cannot unmarshal number into Go struct field Eviction.deleteOptions',
  ],
  ['POST', `${POD}/eviction`, { metadata: { name: 5 } }, 'cannot unmarshal number'],
  ['POST', `${POD}/binding`, { target: { name: 5 } }, unmarshal('number', 'ObjectReference.target.name', 'string')],
  ['POST', `${POD}/binding`, { metadata: { annotations: { a: 5 } }, target: { name: 'n' } }, 'cannot unmarshal number'],
  ['POST', `${POD}/binding`, { target: [] }, 'cannot unmarshal array'],
  ['POST', `${POD}/binding`, '"text"', 'cannot be handled as a Binding'],
  ['POST', `${NAMESPACE}/serviceaccounts/default/token`, { spec: { expirationSeconds: 700.5 } }, 'number 700.5'],
  [
    'POST',
    `${NAMESPACE}/serviceaccounts/default/token`,
    { spec: { audiences: 'abc' } },
    'spec.audiences of type []string',
  ],
  ['POST', `${NAMESPACE}/serviceaccounts/default/token`, { spec: { audiences: [5] } }, 'cannot unmarshal number'],
  ['POST', `${NAMESPACE}/serviceaccounts/default/token`, { spec: { boundObjectRef: 'pod' } }, 'boundObjectRef'],
  ['POST', `${NAMESPACE}/serviceaccounts/default/token`, { spec: 'x' }, 'cannot unmarshal string'],
  [
    'POST',
    `${AUTHN}/tokenreviews`,
    { spec: { token: 5 } },
    unmarshal('number', 'TokenReviewSpec.spec.token', 'string'),
  ],
  ['POST', `${AUTHN}/tokenreviews`, { spec: { token: 't', audiences: 'a' } }, 'spec.audiences of type []string'],
  ['POST', `${AUTHN}/tokenreviews`, { spec: { token: 't', audiences: { a: 1 } } }, 'cannot unmarshal object'],
  ['POST', `${AUTHN}/selfsubjectreviews`, { metadata: 5 }, 'cannot unmarshal number'],
  ['POST', `${AUTHZ}/subjectaccessreviews`, { spec: { groups: 'all' } }, 'spec.groups of type []string'],
  ['POST', `${AUTHZ}/subjectaccessreviews`, { spec: { user: {} } }, 'cannot unmarshal object'],
  ['POST', `${AUTHZ}/subjectaccessreviews`, { spec: { extra: { a: 'b' } } }, 'cannot unmarshal string'],
  ['POST', `${AUTHZ}/subjectaccessreviews`, { spec: { user: 'u', resourceAttributes: { namespace: 5 } } }, 'namespace'],
  ['POST', `${AUTHZ}/selfsubjectaccessreviews`, { spec: { resourceAttributes: [] } }, 'cannot unmarshal array'],
  [
    'POST',
    `${AUTHZ}/selfsubjectaccessreviews`,
    { spec: { nonResourceAttributes: { path: 1 } } },
    'path of type string',
  ],
  ['POST', `${AUTHZ}/selfsubjectrulesreviews`, { spec: { namespace: ['a'] } }, 'cannot unmarshal array'],
  ['POST', `${AUTHZ}/namespaces/bodies/localsubjectaccessreviews`, { spec: { groups: { a: 1 } } }, 'cannot unmarshal'],
  ['PUT', `${DEPLOYMENT}/scale`, { spec: { replicas: '3' } }, unmarshal('string', 'ScaleSpec.spec.replicas', 'int32')],
  ['PUT', `${DEPLOYMENT}/scale`, { spec: { replicas: 1e10 } }, 'number 10000000000'],
  ['PUT', `${DEPLOYMENT}/scale`, { metadata: { resourceVersion: 5 } }, 'cannot unmarshal number'],
  ['PATCH', `${DEPLOYMENT}/scale`, { spec: { replicas: [] } }, 'cannot unmarshal array'],
  ['PATCH', `${DEPLOYMENT}/scale`, { spec: 7 }, 'cannot unmarshal number'],
];

describe('S15: a body of a wrong type', () => {
  it.each(WRONG_TYPES)('S15: %s %s %j', async (method, path, body, message) => {
    const headers: Record<string, string> =
      method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    const { status, body: answer } = await api.admin(method, path, { body, headers });
    expect([status, answer.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each([
    ['YAML merges of what is no map', `${NAMESPACE}/configmaps`, 'metadata: {name: y}\ndata:\n  <<: [1, 2]\n', 400],
    ['YAML merges in a review', `${AUTHZ}/selfsubjectaccessreviews`, 'spec:\n  <<: [1, 2]\n', 400],
  ])('S15: %s', async (_, path, body, expected) => {
    const { status, text } = await api.admin('POST', path, { body, headers: { 'content-type': 'application/yaml' } });
    expect(status, text).toBe(expected);
  });

  it('S15: a Secret with a null value beside stringData', async () => {
    const body = { metadata: { name: 'nulls' }, data: { a: null }, stringData: { b: 'c' } };
    const { status, text } = await api.admin('POST', `${NAMESPACE}/secrets`, { body });
    expect(status, text).toBe(201);
    const { body: stored } = await api.admin('GET', `${NAMESPACE}/secrets/nulls`);
    expect(stored.data).toEqual({ a: '', b: 'Yw==' });
  });

  it.each([
    ['DELETE', POD, 'kind: DeleteOptions\ndryRun: All\n'],
    ['POST', `${POD}/eviction`, 'deleteOptions: {gracePeriodSeconds: soon}\n'],
  ])('S15: in YAML as in JSON: %s %s', async (method, path, body) => {
    const { status } = await api.admin(method, path, { body, headers: { 'content-type': 'application/yaml' } });
    expect(status).toBe(400);
  });
});

describe('S15: a body with unknown fields', () => {
  const REVIEW = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } }, more: 1 };

  it('S15: warns as those of stored kinds do', async () => {
    const { status, headers } = await api.admin('POST', `${AUTHZ}/selfsubjectaccessreviews`, { body: REVIEW });
    expect(status).toBe(201);
    expect(headers.get('warning')).toContain('unknown field \\"more\\"');
  });

  it('S15: is refused where fieldValidation is Strict', async () => {
    const path = `${AUTHZ}/selfsubjectaccessreviews?fieldValidation=Strict`;
    const { status, body } = await api.admin('POST', path, { body: REVIEW });
    expect(status).toBe(400);
    expect(body.message).toContain('strict decoding error: unknown field "more"');
  });
});

describe('S14: nothing invalid is stored through a subresource', () => {
  it.each(['toString', 'constructor', '__proto__', 'Sideways', ''])('S14: propagationPolicy %j', async (policy) => {
    const message = /propagationPolicy: Unsupported value/;
    for (const [method, path, body] of [
      ['POST', `${POD}/eviction`, { metadata: { name: 'p' }, deleteOptions: { propagationPolicy: policy } }],
      ['DELETE', POD, { propagationPolicy: policy }],
    ] as const) {
      const { status, body: answer } = await api.admin(method, path, { body });
      expect([status, answer.message]).toEqual([422, expect.stringMatching(message)]);
    }
    const { body } = await api.admin('GET', POD);
    expect(body.metadata.finalizers).toBeUndefined();
    expect(body.metadata.deletionTimestamp).toBeUndefined();
  });

  it('S14: an annotation of a binding that is no valid one', async () => {
    const { status } = await api.admin('POST', `${NAMESPACE}/pods`, {
      body: { metadata: { name: 'unbound' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    });
    expect(status).toBe(201);
    const body = { metadata: { name: 'unbound', annotations: { 'not a key': 'x' } }, target: { name: 'n1' } };
    const answer = await api.admin('POST', `${NAMESPACE}/pods/unbound/binding`, { body });
    expect(answer.status).toBe(422);
    const { body: pod } = await api.admin('GET', `${NAMESPACE}/pods/unbound`);
    expect(pod.spec.nodeName).toBeUndefined();
  });

  it('S15: a grace period that ends after the last time there is', async () => {
    const body = '{"gracePeriodSeconds":9000000000000000000}';
    const { status, text, body: pod } = await api.admin('DELETE', POD, { body });
    expect(status, text).toBe(200);
    expect(pod.metadata.deletionTimestamp).toBe('9999-12-31T23:59:59Z');
    const again = await api.admin('DELETE', POD, { body: { gracePeriodSeconds: 60 } });
    expect(again.status, again.text).toBe(200);
    expect(again.body.metadata.deletionGracePeriodSeconds).toBe(60);
  });
});

describe('a scale', () => {
  it('tells of apply patches what the main resource tells', async () => {
    const apply = (path: string) =>
      api.admin('PATCH', `${path}?fieldManager=me&force=true`, {
        body: 'spec: {replicas: 1}\n',
        headers: { 'content-type': 'application/apply-patch+cbor' },
      });
    const [main, scale] = [await apply(DEPLOYMENT), await apply(`${DEPLOYMENT}/scale`)];
    expect([scale.status, scale.body.message]).toEqual([main.status, main.body.message]);
    expect(main.status).toBe(415);
  });
});

describe('creating with a resourceVersion', () => {
  let bare: Api;
  beforeAll(async () => {
    bare = await startApi();
    await bare.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'bodies' } } });
  });
  afterAll(() => bare?.close());
  const MAPS = `${NAMESPACE}/configmaps`;
  const send = (query: string, metadata: object) => bare.request('POST', `${MAPS}${query}`, { body: { metadata } });

  it('is refused, unless it is a dry run', async () => {
    const refused = await send('', { name: 'v', resourceVersion: '5' });
    expect([refused.status, refused.body.message]).toEqual([
      400,
      'resourceVersion should not be set on objects to be created',
    ]);
    expect((await send('?dryRun=All', { name: 'v', resourceVersion: '5' })).status).toBe(201);
    expect((await bare.request('GET', `${MAPS}/v`)).status).toBe(404);
  });

  it('is told after what is invalid', async () => {
    expect((await send('', { name: 'Not Valid', resourceVersion: '5' })).status).toBe(422);
  });

  it('of "0" creates', async () => {
    const { status, body } = await send('', { name: 'zero', resourceVersion: '0' });
    expect(status).toBe(201);
    expect(body.metadata.resourceVersion).not.toBe('0');
  });
});

it('a Node’s podCIDR that is no network is refused, whatever characters it has', async () => {
  for (const podCIDR of ['a\u0000b', 'x']) {
    const { status, body } = await api.admin('POST', '/api/v1/nodes', {
      body: { metadata: { name: 'n' }, spec: { podCIDR } },
    });
    expect([status, body.details.causes[0].field]).toEqual([422, 'spec.podCIDRs[0]']);
  }
});

it('an Event with an empty series, stored through core/v1, is put back through events.k8s.io/v1', async () => {
  const involvedObject = { kind: 'Pod', namespace: 'bodies', name: 'p' };
  const body = { metadata: { name: 'e' }, involvedObject, reason: 'R', message: 'm', type: 'Normal', series: {} };
  expect((await api.admin('POST', `${NAMESPACE}/events`, { body })).status).toBe(201);
  const path = '/apis/events.k8s.io/v1/namespaces/bodies/events/e';
  const read = await api.admin('GET', path);
  expect((await api.admin('PUT', path, { body: read.body })).status).toBe(200);
});
