import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type Reply, startApi } from '../../support/api.ts';

let api: Api;
const NS = '/api/v1/namespaces/apply';
const MAPS = `${NS}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/apply/deployments';
const APPLY = 'application/apply-patch+yaml';

beforeAll(async () => {
  api = await startApi();
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'apply' } } });
});
afterAll(() => api?.close());

function apply(path: string, body: unknown, query = 'fieldManager=ada', headers = {}): Promise<Reply> {
  return api.request('PATCH', `${path}?${query}`, { body, headers: { 'content-type': APPLY, ...headers } });
}
function patch(path: string, body: unknown, manager: string): Promise<Reply> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  return api.request('PATCH', `${path}?fieldManager=${manager}`, { body, headers });
}
const map = (name: string, data: Record<string, string>, metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const deployment = (name: string, spec: Record<string, unknown> = {}, container: Record<string, unknown> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'nginx', ...container }] },
    },
    ...spec,
  },
});
// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
const owner = (reply: Reply, manager: string): any =>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  reply.body.metadata.managedFields?.find((entry: any) => entry.manager === manager);

describe('applying what is not there', () => {
  it('creates it, owned by its manager', async () => {
    const made = await apply(`${DEPLOYMENTS}/new`, deployment('new', { replicas: 2 }));
    expect(made.status, made.text).toBe(201);
    expect(made.body.spec).toMatchObject({ replicas: 2, revisionHistoryLimit: 10 });
    expect(made.body.metadata.managedFields).toEqual([
      {
        manager: 'ada',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:metadata': { 'f:labels': { 'f:app': {} } },
              'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
            },
          },
        },
      },
    ]);
  });

  it('wants a manager by name, whatever the user agent is', async () => {
    const { status, body } = await apply(`${MAPS}/none`, map('none', {}), '', { 'user-agent': 'kubectl/v1.35' });
    expect(status).toBe(422);
    expect(body.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  });

  it('is not there after a dry run', async () => {
    expect((await apply(`${MAPS}/dry`, map('dry', { a: '1' }), 'fieldManager=ada&dryRun=All')).status).toBe(201);
    expect((await api.request('GET', `${MAPS}/dry`)).status).toBe(404);
  });
});

describe('applying again', () => {
  it('writes nothing when nothing changed', async () => {
    const config = deployment(
      'same',
      { replicas: 2 },
      { ports: [{ containerPort: 80 }], resources: { limits: { cpu: '0.5' } } },
    );
    const first = await apply(`${DEPLOYMENTS}/same`, config);
    const again = await apply(`${DEPLOYMENTS}/same`, config);
    expect(again.status, again.text).toBe(200);
    expect(again.body).toEqual(first.body);
  });

  it('removes what the manager dropped and nobody else owns', async () => {
    await apply(`${MAPS}/drop`, map('drop', { a: '1', b: '2', c: '3' }));
    await apply(`${MAPS}/drop`, map('drop', { b: '2' }), 'fieldManager=bob');
    await patch(`${MAPS}/drop`, { data: { d: '4' } }, 'carl');
    const { body } = await apply(`${MAPS}/drop`, map('drop', { c: '3' }));
    expect(body.data).toEqual({ b: '2', c: '3', d: '4' });
  });

  it('removes elements of lists by their keys and keeps those of others', async () => {
    const port = (containerPort: number) => ({ containerPort, protocol: 'TCP' });
    await apply(`${DEPLOYMENTS}/lists`, deployment('lists', {}, { ports: [port(80), port(81)] }));
    await apply(
      `${DEPLOYMENTS}/lists`,
      deployment('lists', {}, { ports: [{ containerPort: 82 }] }),
      'fieldManager=bob',
    );
    const { body } = await apply(`${DEPLOYMENTS}/lists`, deployment('lists', {}, { ports: [port(81)] }));
    // biome-ignore lint/suspicious/noExplicitAny: a port
    expect(body.spec.template.spec.containers[0].ports.map((each: any) => each.containerPort).sort()).toEqual([81, 82]);
  });

  it('gives the default back for a dropped field', async () => {
    await apply(`${DEPLOYMENTS}/default`, deployment('default', { replicas: 5 }));
    const { body } = await apply(`${DEPLOYMENTS}/default`, deployment('default'));
    expect(body.spec.replicas).toBe(1);
  });

  it('merges sets', async () => {
    const with_ = (finalizers: string[]) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sets', finalizers },
    });
    await apply(`${MAPS}/sets`, with_(['a.example/x', 'b.example/x']));
    await apply(`${MAPS}/sets`, with_(['c.example/x']), 'fieldManager=bob');
    const { body } = await apply(`${MAPS}/sets`, with_(['b.example/x']));
    expect(body.metadata.finalizers.sort()).toEqual(['b.example/x', 'c.example/x']);
    expect(owner({ body } as Reply, 'ada').fieldsV1).toEqual({
      'f:metadata': { 'f:finalizers': { 'v:"b.example/x"': {} } },
    });
  });
});

describe('conflicts', () => {
  it('are refused in the words of upstream, and forced', async () => {
    await apply(`${DEPLOYMENTS}/conflict`, deployment('conflict', { replicas: 1 }));
    await patch(`${DEPLOYMENTS}/conflict`, { spec: { replicas: 3 } }, 'kubectl');
    const refused = await apply(`${DEPLOYMENTS}/conflict`, deployment('conflict', { replicas: 2 }));
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using apps/v1', field: '.spec.replicas' },
        ],
      },
    });
    const forced = await apply(
      `${DEPLOYMENTS}/conflict`,
      deployment('conflict', { replicas: 2 }),
      'fieldManager=ada&force=true',
    );
    expect(forced.body.spec.replicas).toBe(2);
    expect(owner(forced, 'kubectl')).toBeUndefined();
  });

  it('are told for each owner and path', async () => {
    await apply(`${MAPS}/many`, map('many', { a: '1', b: '1' }));
    await apply(`${DEPLOYMENTS}/path`, deployment('path', {}, { env: [{ name: 'A', value: '1' }] }));
    const many = await apply(`${MAPS}/many`, map('many', { a: '2', b: '2' }), 'fieldManager=bob');
    expect(many.body.message).toBe('Apply failed with 2 conflicts: conflicts with "ada":\n- .data.a\n- .data.b');
    const path = await apply(
      `${DEPLOYMENTS}/path`,
      deployment('path', {}, { env: [{ name: 'A', value: '2' }] }),
      'fieldManager=bob',
    );
    expect(path.body.details.causes[0].field).toBe('.spec.template.spec.containers[name="web"].env[name="A"].value');
  });

  it('are none where both want the same: both own it', async () => {
    await apply(`${MAPS}/shared`, map('shared', { a: '1' }));
    expect((await apply(`${MAPS}/shared`, map('shared', { a: '1' }), 'fieldManager=bob')).status).toBe(200);
    const kept = await apply(`${MAPS}/shared`, { apiVersion: 'v1', kind: 'ConfigMap' });
    expect(kept.body.data).toEqual({ a: '1' });
    expect(owner(kept, 'ada')).toBeUndefined();
  });
});

describe('managers of ordinary writes', () => {
  it('are recorded by parameter, or by the user agent', async () => {
    const headers = { 'user-agent': 'kubectl/v1.35.4 (linux/amd64)' };
    const made = await api.request('POST', MAPS, { body: map('update', { a: '1', b: '1' }), headers });
    expect(made.body.metadata.managedFields).toMatchObject([
      {
        manager: 'kubectl',
        operation: 'Update',
        apiVersion: 'v1',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
      },
    ]);
    const patched = await patch(`${MAPS}/update`, { data: { b: '2', c: '1' } }, 'bob');
    expect(owner(patched, 'kubectl').fieldsV1).toEqual({ 'f:data': { '.': {}, 'f:a': {} } });
    expect(owner(patched, 'bob').fieldsV1).toEqual({ 'f:data': { 'f:b': {}, 'f:c': {} } });
    const { managedFields, ...metadata } = patched.body.metadata;
    const put = await api.request('PUT', `${MAPS}/update?fieldManager=carl`, {
      body: { ...patched.body, metadata, data: { a: '1' } },
    });
    expect(owner(put, 'bob')).toBeUndefined();
    expect(owner(put, 'carl')).toBeUndefined();
    expect(put.body.metadata.managedFields).toHaveLength(1);
    expect(managedFields).toHaveLength(2);
  });

  it('of an object that others read and wrote back stay, and what is no field set is ignored', async () => {
    const made = await api.request('POST', `${MAPS}?fieldManager=ada`, { body: map('bad-owners', { a: '1' }) });
    const broken = {
      ...made.body.metadata,
      managedFields: [{ manager: 'x', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { 'x:y': {} } }],
    };
    const put = await api.request('PUT', `${MAPS}/bad-owners`, { body: { ...made.body, metadata: broken } });
    expect(put.status, put.text).toBe(200);
    expect(put.body.metadata.managedFields).toEqual(made.body.metadata.managedFields);
  });

  it('are forgotten by one empty entry, and all that was there before belongs to before-first-apply', async () => {
    await api.request('POST', MAPS, { body: map('reset', { a: '1' }) });
    expect(owner(await patch(`${MAPS}/reset`, { metadata: { managedFields: [] } }, 'bob'), 'bob')).toBeUndefined();
    const reset = await patch(`${MAPS}/reset`, { metadata: { managedFields: [{}] } }, 'bob');
    expect(reset.body.metadata.managedFields).toBeUndefined();
    const refused = await apply(`${MAPS}/reset`, map('reset', { a: '2' }));
    expect(refused.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
  });

  it('are at most ten; the oldest become one', async () => {
    await api.request('POST', `${MAPS}?fieldManager=m0`, { body: map('cap', { m0: '1' }) });
    let last: Reply | undefined;
    for (let n = 1; n <= 12; n += 1) last = await patch(`${MAPS}/cap`, { data: { [`m${n}`]: '1' } }, `m${n}`);
    const entries = last?.body.metadata.managedFields;
    expect(entries).toHaveLength(10);
    // biome-ignore lint/suspicious/noExplicitAny: an entry
    const ancient = entries.find((entry: any) => entry.manager === 'ancient-changes');
    expect(Object.keys(ancient.fieldsV1['f:data'])).toHaveLength(5);
  });
});

describe('subresources', () => {
  it('a status belongs to its managers apart from the object', async () => {
    await apply(`${DEPLOYMENTS}/status`, deployment('status', { replicas: 2 }));
    const type = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'status' } };
    const condition = { type: 'Available', status: 'True', reason: 'r', message: 'm' };
    const applied = await apply(
      `${DEPLOYMENTS}/status/status`,
      { ...type, spec: { replicas: 9 }, status: { replicas: 2, conditions: [condition] } },
      'fieldManager=controller',
    );
    expect(applied.status, applied.text).toBe(200);
    expect(applied.body).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2, conditions: [condition] } });
    expect(owner(applied, 'controller')).toMatchObject({
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:conditions': { 'k:{"type":"Available"}': { '.': {}, 'f:status': {} } } } },
    });
    const main = await apply(`${DEPLOYMENTS}/status`, {
      ...deployment('status', { replicas: 2 }),
      status: { replicas: 7 },
    });
    expect(main.body.status.replicas).toBe(2);
    expect(owner(main, 'ada').fieldsV1['f:status']).toBeUndefined();
  });

  it('a scale takes and loses replicas of its Deployment', async () => {
    await apply(`${DEPLOYMENTS}/scaled`, deployment('scaled', { replicas: 1 }));
    const scale = (replicas: number) => ({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'scaled' },
      spec: { replicas },
    });
    const refused = await apply(`${DEPLOYMENTS}/scaled/scale`, scale(4), 'fieldManager=scaler');
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "ada": .spec.replicas');
    const forced = await apply(`${DEPLOYMENTS}/scaled/scale`, scale(4), 'fieldManager=scaler&force=true');
    expect(forced.body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    const got = await api.request('GET', `${DEPLOYMENTS}/scaled`);
    expect(owner(got, 'scaler')).toMatchObject({
      subresource: 'scale',
      apiVersion: 'apps/v1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
    const again = await apply(`${DEPLOYMENTS}/scaled`, deployment('scaled', { replicas: 1 }));
    expect(again.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale": .spec.replicas',
    );
    const none = { ...scale(1), metadata: { name: 'none' } };
    expect((await apply(`${DEPLOYMENTS}/none/scale`, none, 'fieldManager=x')).status).toBe(404);
  });
});

describe('bad configurations', () => {
  it.each([
    ['an unknown field', { ...deployment('bad'), spec: { foo: 1 } }, 400, '.spec.foo: field not declared in schema'],
    [
      'an element twice',
      deployment('bad', {}, { env: [{ name: 'A' }, { name: 'A' }] }),
      400,
      '.env: duplicate entries for key [name="A"]',
    ],
    ['another name', deployment('other'), 400, 'does not match the name on the URL (bad)'],
    ['another version', { ...deployment('bad'), apiVersion: 'apps/v2' }, 400, 'expected: apps/v1'],
    ['no kind', { apiVersion: 'apps/v1', metadata: { name: 'bad' } }, 400, "Object 'Kind' is missing"],
    ['a wrong type', deployment('bad', { replicas: 'x' }), 400, 'cannot unmarshal string'],
    [
      'owners',
      { ...deployment('bad'), metadata: { name: 'bad', managedFields: [{ manager: 'x' }] } },
      400,
      'metadata.managedFields must be nil',
    ],
    ['text', '}{', 400, 'yaml'],
    ['a list', '[]', 400, 'error decoding YAML'],
    ['nothing', '', 400, 'empty'],
    ['an invalid object', deployment('bad', { replicas: -1 }), 422, 'spec.replicas'],
    ['a wrong metadata', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: 'x' }, 400, 'cannot unmarshal string'],
    [
      'a null metadata',
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: null, spec: null },
      422,
      'spec.selector',
    ],
  ])('%s', async (_, config, code, message) => {
    const { status, body, text } = await apply(`${DEPLOYMENTS}/bad`, config);
    expect(status, text).toBe(code);
    expect(body.message).toContain(message);
  });

  it('CBOR is refused as a type', async () => {
    const headers = { 'content-type': 'application/apply-patch+cbor' };
    expect((await api.request('PATCH', `${MAPS}/x?fieldManager=a`, { body: 'x', headers })).status).toBe(415);
  });

  it('force is of applies alone', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { status } = await api.request('PATCH', `${MAPS}/x?force=true`, { body: {}, headers });
    expect(status).toBe(422);
  });
});

describe('what others changed since', () => {
  it('is put back by applying the same again, with force, and kept apart where it is not of the configuration', async () => {
    const config = deployment(
      'again',
      { replicas: 2 },
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
    );
    await apply(`${DEPLOYMENTS}/again`, config);
    await patch(`${DEPLOYMENTS}/again`, { metadata: { labels: { theirs: '1' } }, spec: { replicas: 3 } }, 'bob');
    expect((await apply(`${DEPLOYMENTS}/again`, config)).status).toBe(409);
    const forced = await apply(`${DEPLOYMENTS}/again`, config, 'fieldManager=ada&force=true');
    expect(forced.body).toMatchObject({ metadata: { labels: { theirs: '1' } }, spec: { replicas: 2 } });
    const { resourceVersion } = forced.body.metadata;
    expect((await apply(`${DEPLOYMENTS}/again`, config)).body.metadata.resourceVersion).toBe(resourceVersion);
  });

  it('the order of a list is that of the configuration', async () => {
    const names = (reply: Reply) =>
      reply.body.spec.template.spec.containers[0].env.map(({ name }: { name: string }) => name).join('');
    const env = (text: string) => ({ env: [...text].map((name) => ({ name, value: '1' })) });
    await apply(`${DEPLOYMENTS}/order`, deployment('order', {}, env('ABC')));
    await apply(`${DEPLOYMENTS}/order`, deployment('order', {}, env('X')), 'fieldManager=bob');
    const swapped = await apply(`${DEPLOYMENTS}/order`, deployment('order', {}, env('CBA')));
    expect(names(swapped).replace('X', '')).toBe('CBA');
    expect(names(await apply(`${DEPLOYMENTS}/order`, deployment('order', {}, env('CA'))))).toMatch(/^X?CX?AX?$/);
  });
});
