import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';
import { configMap, namespace, pod } from './objects.ts';

let api: Api;
const MAPS = '/api/v1/namespaces/work/configmaps';
const PODS = '/api/v1/namespaces/work/pods';

beforeAll(async () => {
  api = await startApi();
  expect((await api.request('POST', '/api/v1/namespaces', { body: namespace('work') })).status).toBe(201);
});
afterAll(() => api?.close());

describe('create', () => {
  test('answers 201 with the object as stored', async () => {
    const { status, body, headers } = await api.request('POST', MAPS, { body: configMap('a', { k: 'v' }) });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('audit-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { k: 'v' } });
    expect(body.metadata).toMatchObject({
      name: 'a',
      namespace: 'work',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      resourceVersion: expect.stringMatching(/^\d+$/),
      creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
  });

  test('a taken name is 409 AlreadyExists', async () => {
    await api.request('POST', MAPS, { body: configMap('taken') });
    const { status, body } = await api.request('POST', MAPS, { body: configMap('taken') });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      reason: 'AlreadyExists',
      message: 'configmaps "taken" already exists',
    });
  });

  test('generateName gets a random suffix of five characters', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } };
    const made = await api.request('POST', MAPS, { body });
    expect(made.body.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('generateName makes names until one is free', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        api.request('POST', MAPS, { body: { metadata: { generateName: `${'x'.repeat(10)}-` } } }),
      ),
    );
    expect(new Set(answers.map(({ body }) => body.metadata.name)).size).toBe(40);
  });

  test('a namespace that is not there is 404', async () => {
    const { status, body } = await api.request('POST', '/api/v1/namespaces/none/configmaps', { body: configMap('a') });
    expect(status).toBe(404);
    expect(body.message).toBe('namespaces "none" not found');
  });

  test('an invalid name is 422 with the reason', async () => {
    const { status, body } = await api.request('POST', MAPS, { body: configMap('Not_Valid') });
    expect(status).toBe(422);
    expect(body.message).toMatch(
      /^ConfigMap "Not_Valid" is invalid: metadata.name: Invalid value: "Not_Valid": a lowercase RFC 1123 subdomain must consist of/,
    );
    expect(body.details.causes[0]).toMatchObject({ reason: 'FieldValueInvalid', field: 'metadata.name' });
  });

  test('no name at all is 422', async () => {
    const { status, body } = await api.request('POST', MAPS, { body: { metadata: {} } });
    expect(status).toBe(422);
    expect(body.message).toContain('name or generateName is required');
  });

  test('another namespace than the path says is 400', async () => {
    const body = { ...configMap('a'), metadata: { name: 'a', namespace: 'other' } };
    const answer = await api.request('POST', MAPS, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  });

  test('another kind or version than the path says is 400', async () => {
    const secret = await api.request('POST', MAPS, {
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
    });
    expect(secret.status).toBe(400);
    expect(secret.body.message).toMatch(/^Secret in version "v1" cannot be handled as a ConfigMap/);
    const beta = await api.request('POST', MAPS, {
      body: { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } },
    });
    expect(beta.body.message).toBe('the API version in the data (v2) does not match the expected API version (v1)');
  });

  test('a resourceVersion is refused', async () => {
    const body = { ...configMap('rv'), metadata: { name: 'rv', resourceVersion: '1' } };
    const answer = await api.request('POST', MAPS, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('resourceVersion should not be set on objects to be created');
  });

  test('dryRun answers the object and stores nothing', async () => {
    const { status, body } = await api.request('POST', `${MAPS}?dryRun=All`, { body: configMap('dry') });
    expect(status).toBe(201);
    expect(body.metadata.uid).toBeTypeOf('string');
    expect(body.metadata.resourceVersion).toBeUndefined();
    expect((await api.request('GET', `${MAPS}/dry`)).status).toBe(404);
  });

  test('pods get defaults, a status of their own and a generation', async () => {
    const { body } = await api.request('POST', PODS, { body: { ...pod('defaults'), status: { phase: 'Running' } } });
    expect(body.spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
    });
    expect(body.spec.containers[0]).toMatchObject({ imagePullPolicy: 'IfNotPresent' });
    expect(body.status).toMatchObject({ phase: 'Pending' });
    expect(body.metadata.generation).toBe(1);
  });
});

describe('bodies', () => {
  test('quantities come back as upstream writes them', async () => {
    const { spec } = pod('quantities');
    const limits = { cpu: 0.5, memory: '1024Mi' };
    const body = { ...pod('quantities'), spec: { containers: [{ ...spec.containers[0], resources: { limits } }] } };
    const created = await api.request('POST', PODS, { body });
    expect(created.body.spec.containers[0].resources).toEqual({
      limits: { cpu: '500m', memory: '1Gi' },
      requests: { cpu: '500m', memory: '1Gi' },
    });
  });

  test('YAML in, YAML out', async () => {
    const { status, text, headers } = await api.request('POST', MAPS, {
      body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  k: "1"\n',
      headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
    });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/yaml');
    expect(text).toContain('name: yaml');
    expect(text).toContain('k: "1"');
  });

  test('YAML for readers of its version 1.1 leaves no text to be read as another type', async () => {
    const { text } = await api.request('POST', MAPS, {
      body: { metadata: { name: 'old-yaml' }, data: { answer: 'yes', day: '2026-01-01', time: '1:30' } },
      headers: { accept: 'application/yaml' },
    });
    for (const line of ['answer: "yes"', 'day: "2026-01-01"', 'time: "1:30"']) expect(text).toContain(line);
    expect(text).toMatch(/creationTimestamp: "20.+Z"/);
  });

  test('malformed JSON and YAML are 400', async () => {
    expect((await api.request('POST', MAPS, { body: '{"metadata":' })).status).toBe(400);
    const yaml = await api.request('POST', MAPS, { body: 'a: [', headers: { 'content-type': 'application/yaml' } });
    expect(yaml.status).toBe(400);
    expect((await api.request('POST', MAPS, { body: '[]' })).status).toBe(400);
    expect((await api.request('POST', MAPS, { body: '"x"' })).status).toBe(400);
    expect((await api.request('POST', MAPS, { body: '' })).status).toBe(400);
  });

  test('a body over 3 MiB is 413, whether or not its length is declared', async () => {
    const body = JSON.stringify(configMap('big', { k: 'x'.repeat(3 * 1024 * 1024) }));
    const declared = await api.request('POST', MAPS, { body, headers: { 'content-length': String(body.length) } });
    expect(declared.status).toBe(413);
    expect(declared.body).toMatchObject({ reason: 'RequestEntityTooLarge' });
    expect(declared.body.message).toContain('limit is 3145728');
    expect((await api.request('POST', MAPS, { body })).status).toBe(413);
  });

  test('protobuf that is none is 400, and 406 as an answer', async () => {
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
    expect((await api.request('POST', MAPS, { body: 'k8s', headers })).status).toBe(400);
    const cbor = { 'content-type': 'application/cbor' };
    expect((await api.request('POST', MAPS, { body: 'x', headers: cbor })).status).toBe(415);
    const answer = await api.request('GET', MAPS, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
    expect(answer.status).toBe(406);
    expect(answer.body).toMatchObject({ kind: 'Status', reason: 'NotAcceptable' });
  });

  test('a value of a wrong type is 400 in the words of the decoder', async () => {
    const body = { ...pod('typed'), spec: { containers: [{ name: 'c', image: 'i' }], hostNetwork: 'yes' } };
    const answer = await api.request('POST', PODS, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(
      /^Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field .*hostNetwork of type bool$/,
    );
  });
});

describe('field validation', () => {
  const unknown = { ...pod('unknown'), spec: { ...pod('unknown').spec, foo: 1 } };

  test('Strict refuses unknown fields', async () => {
    const { status, body } = await api.request('POST', `${PODS}?fieldValidation=Strict`, { body: unknown });
    expect(status).toBe(400);
    expect(body.message).toContain('strict decoding error: unknown field "spec.foo"');
  });

  test('Strict refuses duplicate fields', async () => {
    const text = '{"metadata":{"name":"dup"},"data":{"a":"1","a":"2"}}';
    const { status, body } = await api.request('POST', `${MAPS}?fieldValidation=Strict`, { body: text });
    expect(status).toBe(400);
    expect(body.message).toContain('duplicate field "data.a"');
  });

  test('Warn, the default, drops them with a warning', async () => {
    const { status, body, headers } = await api.request('POST', `${PODS}?dryRun=All`, { body: unknown });
    expect(status).toBe(201);
    expect(headers.get('warning')).toContain('299 - "unknown field \\"spec.foo\\""');
    expect(body.spec.foo).toBeUndefined();
  });

  test('Ignore says nothing', async () => {
    const answer = await api.request('POST', `${PODS}?dryRun=All&fieldValidation=Ignore`, { body: unknown });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('warning')).toBeNull();
  });
});

describe('get', () => {
  test('what was created comes back the same', async () => {
    const made = await api.request('POST', MAPS, { body: configMap('same', { k: 'ü"\n' }) });
    expect((await api.request('GET', `${MAPS}/same`)).body).toEqual(made.body);
  });

  test('what is deprecated says so at every request', async () => {
    const { headers } = await api.request('GET', '/api/v1/namespaces/default/endpoints');
    expect(headers.get('warning')).toBe(
      '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
    );
  });

  test('what is not there is 404', async () => {
    const { status, body } = await api.request('GET', `${MAPS}/none`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      status: 'Failure',
      message: 'configmaps "none" not found',
      reason: 'NotFound',
      details: { name: 'none', kind: 'configmaps' },
      code: 404,
    });
  });

  test('a resourceVersion of the future is a Timeout that clients retry', async () => {
    const { status, body } = await api.request('GET', `${MAPS}/same?resourceVersion=999999999`);
    expect(status).toBe(504);
    expect(body.message).toMatch(/^Timeout: Too large resource version: 999999999, current: \d+$/);
  });
});

describe('update', () => {
  test('replaces what it saw, and conflicts with what it did not see', async () => {
    const { body } = await api.request('POST', MAPS, { body: configMap('cas', { n: '1' }) });
    const first = await api.request('PUT', `${MAPS}/cas`, { body: { ...body, data: { n: '2' } } });
    expect(first.status).toBe(200);
    expect(Number(first.body.metadata.resourceVersion)).toBeGreaterThan(Number(body.metadata.resourceVersion));
    const second = await api.request('PUT', `${MAPS}/cas`, { body: { ...body, data: { n: '3' } } });
    expect(second.status).toBe(409);
    expect(second.body.message).toBe(
      'Operation cannot be fulfilled on configmaps "cas": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  test('without a resourceVersion it replaces whatever is there', async () => {
    await api.request('POST', MAPS, { body: configMap('blind') });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        api.request('PUT', `${MAPS}/blind`, { body: configMap('blind', { i: `${i}` }) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });

  test('the same again is not written', async () => {
    const { body } = await api.request('POST', MAPS, { body: configMap('noop', { b: '2', a: '1' }) });
    const { metadata, ...rest } = body;
    const reordered = {
      metadata: Object.fromEntries(Object.entries(metadata).reverse()),
      ...rest,
      data: { a: '1', b: '2' },
    };
    const answer = await api.request('PUT', `${MAPS}/noop`, { body: reordered });
    expect(answer.body.metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  test('identity cannot change', async () => {
    const { body } = await api.request('POST', MAPS, { body: configMap('ident') });
    const changed = (metadata: object) => ({
      body: { ...body, metadata: { ...body.metadata, resourceVersion: '', ...metadata } },
    });
    const uid = await api.request('PUT', `${MAPS}/ident`, changed({ uid: 'x' }));
    expect(uid.status).toBe(409);
    expect(uid.body.message).toContain('Precondition failed: UID in precondition: x, UID in object meta: ');
    const name = await api.request('PUT', `${MAPS}/ident`, changed({ name: 'other' }));
    expect(name.status).toBe(400);
    expect(name.body.message).toBe('the name of the object (other) does not match the name on the URL (ident)');
    const created = await api.request('PUT', `${MAPS}/ident`, changed({ creationTimestamp: '2020-01-01T00:00:00Z' }));
    expect(created.status).toBe(422);
  });

  test('a name that is not there is 404, but creates a Lease', async () => {
    expect((await api.request('PUT', `${MAPS}/absent`, { body: configMap('absent') })).status).toBe(404);
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l' }, spec: {} };
    const made = await api.request('PUT', '/apis/coordination.k8s.io/v1/namespaces/work/leases/l', { body: lease });
    expect(made.status).toBe(201);
  });

  test('only a change of spec counts as a generation, and status is kept', async () => {
    const path = '/apis/apps/v1/namespaces/work/deployments';
    const made = await api.request('POST', path, { body: deployment('gen', 1) });
    expect(made.body.metadata.generation).toBe(1);
    const labelled = await api.request('PUT', `${path}/gen`, {
      body: { ...made.body, metadata: { ...made.body.metadata, labels: { a: 'b' } }, status: { replicas: 9 } },
    });
    expect(labelled.body.metadata.generation).toBe(1);
    expect(labelled.body.status?.replicas).toBeUndefined();
    const scaled = await api.request('PUT', `${path}/gen`, {
      body: { ...labelled.body, spec: { ...labelled.body.spec, replicas: 3 } },
    });
    expect(scaled.body.metadata.generation).toBe(2);
  });
});

describe('status', () => {
  test('changes status alone', async () => {
    const path = '/apis/apps/v1/namespaces/work/deployments';
    const { body } = await api.request('POST', path, { body: deployment('stat', 2) });
    const changed = { ...body, spec: { ...body.spec, replicas: 7 }, status: { replicas: 2, observedGeneration: 1 } };
    const answer = await api.request('PUT', `${path}/stat/status`, { body: changed });
    expect(answer.status).toBe(200);
    expect(answer.body.spec.replicas).toBe(2);
    expect(answer.body.status).toMatchObject({ replicas: 2, observedGeneration: 1 });
    expect(answer.body.metadata.generation).toBe(1);
    expect((await api.request('GET', `${path}/stat/status`)).body).toEqual(answer.body);
    const patched = await api.request('PATCH', `${path}/stat/status`, {
      body: { status: { readyReplicas: 1 }, spec: { replicas: 9 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.body.status).toMatchObject({ replicas: 2, readyReplicas: 1 });
    expect(patched.body.spec.replicas).toBe(2);
  });

  test('is not there for kinds without one', async () => {
    expect((await api.request('GET', `${MAPS}/a/status`)).status).toBe(404);
  });
});

describe('patch', () => {
  const send = (name: string, type: string, body: unknown, query = '') =>
    api.request('PATCH', `${MAPS}/${name}${query}`, { body, headers: { 'content-type': `application/${type}+json` } });

  test('merge, JSON and strategic patches', async () => {
    await api.request('POST', MAPS, { body: configMap('p', { a: '1', b: '2' }) });
    expect((await send('p', 'merge-patch', { data: { a: null, c: '3' } })).body.data).toEqual({ b: '2', c: '3' });
    expect((await send('p', 'json-patch', [{ op: 'replace', path: '/data/b', value: '9' }])).body.data).toEqual({
      b: '9',
      c: '3',
    });
    expect((await send('p', 'strategic-merge-patch', { data: { d: '4' } })).body.data).toEqual({
      b: '9',
      c: '3',
      d: '4',
    });
  });

  test('a strategic patch merges containers by name', async () => {
    await api.request('POST', PODS, { body: pod('merge') });
    const { body } = await api.request('PATCH', `${PODS}/merge`, {
      body: { spec: { containers: [{ name: 'main', image: 'other:2' }] } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(body.spec.containers).toHaveLength(1);
    expect(body.spec.containers[0]).toMatchObject({ name: 'main', image: 'other:2', imagePullPolicy: 'IfNotPresent' });
  });

  test('concurrent patches all count', async () => {
    await api.request('POST', MAPS, { body: configMap('many') });
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) => send('many', 'merge-patch', { data: { [`k${i}`]: 'v' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(200));
    expect(Object.keys((await api.request('GET', `${MAPS}/many`)).body.data)).toHaveLength(24);
  });

  test('one that names a resourceVersion conflicts', async () => {
    await api.request('POST', MAPS, { body: configMap('stale') });
    const { status } = await send('stale', 'merge-patch', { metadata: { resourceVersion: '1' }, data: { a: '1' } });
    expect(status).toBe(409);
  });

  test('bad patches', async () => {
    await api.request('POST', MAPS, { body: configMap('bad') });
    expect((await send('bad', 'json-patch', { not: 'a list' })).status).toBe(400);
    expect((await send('bad', 'json-patch', [{ op: 'test', path: '/data/x', value: '1' }])).status).toBe(422);
    expect((await send('bad', 'merge-patch', '{')).status).toBe(400);
    expect((await send('bad', 'merge-patch', { metadata: { name: 'other' } })).status).toBe(400);
    expect((await send('none', 'merge-patch', {})).status).toBe(404);
    const strict = await send('bad', 'merge-patch', { foo: 1 }, '?fieldValidation=Strict');
    expect(strict.status).toBe(400);
    expect(strict.body.message).toContain('unknown field "foo"');
    const apply = await api.request('PATCH', `${MAPS}/bad?fieldManager=me`, {
      body: 'data: {}',
      headers: { 'content-type': 'application/apply-patch+cbor' },
    });
    expect(apply.status).toBe(415);
    expect(apply.body.message).toContain('application/apply-patch+yaml');
  });

  test('dryRun answers the change and stores nothing', async () => {
    await api.request('POST', MAPS, { body: configMap('dryp', { a: '1' }) });
    expect((await send('dryp', 'merge-patch', { data: { a: '2' } }, '?dryRun=All')).body.data.a).toBe('2');
    expect((await api.request('GET', `${MAPS}/dryp`)).body.data.a).toBe('1');
  });
});

describe('verbs and paths that are not served', () => {
  test.each([
    ['POST', '/api/v1/namespaces/work/configmaps/a', 405],
    ['PUT', MAPS, 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['GET', '/api/v1/namespaces/work/widgets', 404],
    ['GET', '/apis/acme.example/v1/widgets', 404],
    ['GET', '/apis/acme.example', 404],
    ['GET', '/nothing', 404],
    ['GET', '/api/v1/namespaces/work/nodes', 404],
    ['POST', '/api/v1/configmaps', 404],
  ])('%s %s is %i', async (method, path, code) => {
    const { status, body } = await api.request(method, path, method === 'GET' ? {} : { body: {} });
    expect(status).toBe(code);
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code });
  });
});

function deployment(name: string, replicas: number) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
}
