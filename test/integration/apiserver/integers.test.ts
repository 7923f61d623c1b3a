/** Every integer of 64 bits survives digit for digit; texts keep what Go's decoder keeps of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type Reply, startApi } from '../../support/api.ts';
import { configMap, namespace } from './objects.ts';

let api: Api;
const PODS = '/api/v1/namespaces/work/pods';
const BIG = '9007199254740993';
const MAX = '9223372036854775807';
const YAML = { 'content-type': 'application/yaml' };

beforeAll(async () => {
  api = await startApi();
  expect((await api.request('POST', '/api/v1/namespaces', { body: namespace('work') })).status).toBe(201);
});
afterAll(() => api?.close());

/** By hand: a number of JavaScript would not hold it. */
function pod(name: string, seconds: string): string {
  const spec = `"terminationGracePeriodSeconds":${seconds},"containers":[{"name":"a","image":"a:1"}]`;
  return `{"metadata":{"name":"${name}"},"spec":{${spec}}}`;
}

function patch(path: string, type: string, body: unknown): Promise<Reply> {
  return api.request('PATCH', path, { body, headers: { 'content-type': `application/${type}+json` } });
}

describe('integers beyond 2^53', () => {
  it.each([BIG, MAX, '9007199254740992', '9007199254740991', '3546343826724305832'])(
    '%s comes back through JSON, YAML, lists, watches and tables',
    async (digits) => {
      const name = `p${digits}`;
      const field = `"terminationGracePeriodSeconds":${digits}`;
      const made = await api.request('POST', PODS, { body: pod(name, digits) });
      expect(made.status, made.text).toBe(201);
      expect(made.text).toContain(field);
      const path = `${PODS}/${name}`;
      expect((await api.request('GET', path)).text).toContain(field);
      expect((await api.request('GET', `${path}?pretty=1`)).text).toContain(
        `"terminationGracePeriodSeconds": ${digits}`,
      );
      expect((await api.request('GET', path, { headers: { accept: 'application/yaml' } })).text).toContain(
        `terminationGracePeriodSeconds: ${digits}\n`,
      );
      expect((await api.request('GET', PODS)).text).toContain(field);
      expect((await api.request('GET', `${PODS}?pretty=1`)).text).toContain(
        `"terminationGracePeriodSeconds": ${digits}`,
      );
      const table = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
      expect((await api.request('GET', `${PODS}?includeObject=Object`, { headers: table })).text).toContain(field);
      const yaml = `metadata:\n  name: y${digits}\nspec:\n  terminationGracePeriodSeconds: ${digits}\n  containers:\n  - {name: a, image: 'a:1'}\n`;
      expect((await api.request('POST', PODS, { body: yaml, headers: YAML })).text).toContain(field);
      const watch = await api.open('GET', `${PODS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D${name}`);
      expect(await watch.text()).toContain(field);
    },
  );

  it('patches of all types, test operations, and a replacement keep the digits', async () => {
    const secret = '/apis/apps/v1/namespaces/work/controllerrevisions/r';
    const body = `{"metadata":{"name":"r"},"revision":1,"data":{"a":${BIG}}}`;
    expect((await api.request('POST', '/apis/apps/v1/namespaces/work/controllerrevisions', { body })).text).toContain(
      `{"a":${BIG}}`,
    );
    for (const [type, patched, digits] of [
      ['merge-patch', `{"revision":${BIG}}`, BIG],
      ['strategic-merge-patch', '{"revision":9007199254740995}', '9007199254740995'],
      [
        'json-patch',
        '[{"op":"test","path":"/revision","value":9007199254740995},{"op":"replace","path":"/revision","value":9007199254740997}]',
        '9007199254740997',
      ],
    ] as const) {
      const answer = await patch(secret, type, patched);
      expect(answer.status, answer.text).toBe(200);
      expect((await api.request('GET', secret)).text).toContain(`"revision":${digits}`);
      // What was not patched keeps its digits, too.
      expect(answer.text).toContain(`{"a":${BIG}}`);
    }
    const failed = await patch(secret, 'json-patch', '[{"op":"test","path":"/revision","value":9007199254740996}]');
    expect(failed.status).toBe(422);
    const read = (await api.request('GET', secret)).text;
    const replaced = await api.request('PUT', secret, { body: read.replace('9007199254740997', MAX) });
    expect(replaced.text).toContain(`"revision":${MAX}`);
    // Nothing changed: nothing is written.
    const again = await api.request('PUT', secret, { body: replaced.text });
    expect(again.text).toBe(replaced.text);
  });

  it.each([
    ['9223372036854775808', '9223372036854775808'],
    ['-9223372036854775809', '-9223372036854775809'],
    ['100000000000000000000000', '100000000000000000000000'],
    ['1.0', '1.0'],
    ['1e3', '1e3'],
    ['1e300', '1e300'],
    ['30.5', '30.5'],
  ])('%s is no int64, in the words of upstream', async (text, shown) => {
    const { status, body } = await api.request('POST', PODS, { body: pod('bad', text) });
    expect(status).toBe(400);
    expect(body.message).toContain(
      `json: cannot unmarshal number ${shown} into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64`,
    );
  });

  it.each(['2147483648', BIG, '1.0'])('%s is no int32 either', async (text) => {
    const body = `{"metadata":{"name":"rs"},"spec":{"replicas":${text}}}`;
    const { status, body: answer } = await api.request('POST', '/apis/apps/v1/namespaces/work/replicasets', { body });
    expect([status, answer.message]).toEqual([
      400,
      expect.stringContaining(
        `cannot unmarshal number ${text} into Go struct field ReplicaSetSpec.spec.replicas of type int32`,
      ),
    ]);
  });

  it('a scheduled pod of the longest grace period can be deleted, and again with a shorter one', async () => {
    expect(
      (await api.request('POST', PODS, { body: pod('long', MAX).replace('"spec":{', '"spec":{"nodeName":"n",') }))
        .status,
    ).toBe(201);
    const deleted = await api.request('DELETE', `${PODS}/long`);
    expect(deleted.status, deleted.text).toBe(200);
    const read = (await api.request('GET', `${PODS}/long`)).text;
    expect(read).toContain(`"deletionGracePeriodSeconds":${MAX}`);
    expect(read).toContain('"deletionTimestamp":"9999-12-31T23:59:59Z"');
    expect((await api.request('DELETE', `${PODS}/long`, { body: { gracePeriodSeconds: 5 } })).status).toBe(200);
    expect((await api.request('DELETE', `${PODS}/long`, { body: '{"gracePeriodSeconds":1e300}' })).status).toBe(400);
    expect((await api.request('DELETE', `${PODS}/long`, { body: { gracePeriodSeconds: 0 } })).status).toBe(200);
  });

  it('fields that are checked against a range refuse them as such', async () => {
    const body = pod('user', '30').replace(
      '"spec":{',
      `"spec":{"securityContext":{"runAsUser":${BIG}},"activeDeadlineSeconds":${BIG},`,
    );
    const { status, body: answer } = await api.request('POST', PODS, { body });
    expect(status).toBe(422);
    expect(answer.message).toContain(
      `spec.securityContext.runAsUser: Invalid value: ${BIG}: must be between 0 and 2147483647, inclusive`,
    );
  });
});

describe('S15: texts that the database cannot hold', () => {
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/work';
  it.each(['roles', 'rolebindings'])(
    'a name of %s with NUL is refused, one with half a surrogate pair is mended',
    async (resource) => {
      const rest =
        resource === 'roles' ? '' : ',"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"}';
      const nul = await api.request('POST', `${rbac}/${resource}`, {
        body: `{"metadata":{"name":"a\\u0000b"}${rest}}`,
      });
      expect(nul.status, nul.text).toBe(422);
      expect(nul.body.message).toContain('may not contain a NUL character');
      const half = await api.request('POST', `${rbac}/${resource}`, {
        body: `{"metadata":{"name":"a\\ud800b"}${rest}}`,
      });
      expect([half.status, half.body.metadata?.name]).toEqual([201, 'a\uFFFDb']);
      expect((await api.request('GET', `${rbac}/${resource}/a%00b`)).status).toBe(404);
    },
  );

  it('NUL in values comes back, also where it is indexed', async () => {
    const owner = '{"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"u\\u0000v"}';
    const body = `{"metadata":{"name":"nul","ownerReferences":[${owner}]},"data":{"a":"b\\u0000c","d":"e\\udc00"}}`;
    const made = await api.request('POST', '/api/v1/namespaces/work/configmaps', { body });
    expect(made.status, made.text).toBe(201);
    expect(made.body.data).toEqual({ a: 'b\0c', d: 'e\uFFFD' });
    expect((await api.request('GET', '/api/v1/namespaces/work/configmaps/nul')).text).toBe(made.text);
    const lease =
      '{"metadata":{"name":"n"},"spec":{"holderIdentity":"h\\u0000","renewTime":"2026-01-01T00:00:00.000000Z"}}';
    expect(
      (await api.request('POST', '/apis/coordination.k8s.io/v1/namespaces/work/leases', { body: lease })).status,
    ).toBe(201);
  });

  it('a null beside stringData is the empty value', async () => {
    const body = { metadata: { name: 'nulls' }, data: { k: null }, stringData: { other: 'x', j: null } };
    const made = await api.request('POST', '/api/v1/namespaces/work/secrets', { body });
    expect([made.status, made.body.data]).toEqual([201, { k: '', other: 'eA==', j: '' }]);
  });

  it('a plain object is still what it was', async () => {
    const made = await api.request('POST', '/api/v1/namespaces/work/configmaps', {
      body: configMap('plain', { a: '1.0' }),
    });
    expect(made.body.data).toEqual({ a: '1.0' });
  });
});
