/** Values come back in the one form that upstream answers: times, empty metadata, whole documents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type Reply, startApi } from '../../support/api.ts';
import { configMap, namespace, pod } from './objects.ts';

let api: Api;
const MAPS = '/api/v1/namespaces/work/configmaps';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/work/leases';

beforeAll(async () => {
  api = await startApi();
  for (const name of ['work', 'kube-node-lease']) {
    expect((await api.request('POST', '/api/v1/namespaces', { body: namespace(name) })).status).toBe(201);
  }
});
afterAll(() => api?.close());

function patch(path: string, type: string, body: unknown): Promise<Reply> {
  return api.request('PATCH', path, { body, headers: { 'content-type': `application/${type}+json` } });
}

describe('times', () => {
  const spellings: [string, (time: string) => string][] = [
    ["the official Python client's", (time) => time.replace('Z', '+00:00')],
    ["the official JavaScript client's", (time) => time.replace('Z', '.000Z')],
    ["the official Java client's", (time) => time.replace('Z', '.000000Z')],
    ['an hour east', (time) => `${new Date(Date.parse(time) + 3600_000).toISOString().slice(0, 19)}+01:00`],
    ['half an hour west', (time) => `${new Date(Date.parse(time) - 1800_000).toISOString().slice(0, 19)}-00:30`],
  ];

  it.each(spellings)('read-then-replace with %s spelling of creationTimestamp', async (client, spell) => {
    const path = `${MAPS}/times-${spellings.findIndex(([name]) => name === client)}`;
    const made = await api.request('POST', MAPS, { body: configMap(path.slice(MAPS.length + 1)) });
    const { creationTimestamp } = made.body.metadata;
    const metadata = { ...made.body.metadata, creationTimestamp: spell(creationTimestamp) };
    const replaced = await api.request('PUT', path, { body: { ...made.body, metadata, data: { a: 'b' } } });
    expect(replaced.status, replaced.text).toBe(200);
    expect(replaced.body.metadata.creationTimestamp).toBe(creationTimestamp);
    for (const type of ['merge-patch', 'strategic-merge-patch']) {
      const patched = await patch(path, type, { metadata: { creationTimestamp: spell(creationTimestamp) } });
      expect(patched.status, patched.text).toBe(200);
    }
    const step = { op: 'replace', path: '/metadata/creationTimestamp', value: spell(creationTimestamp) };
    expect((await patch(path, 'json-patch', [step])).status).toBe(200);
    // Nothing but the spelling changed, so nothing was written.
    const { metadata: stored } = (await api.request('GET', path)).body;
    expect(stored).toMatchObject({ creationTimestamp, resourceVersion: replaced.body.metadata.resourceVersion });
  });

  it('another time is still refused, and so is what is no time', async () => {
    const made = await api.request('POST', MAPS, { body: configMap('bad-times') });
    const replace = (creationTimestamp: unknown) =>
      api.request('PUT', `${MAPS}/bad-times`, {
        body: { ...made.body, metadata: { ...made.body.metadata, creationTimestamp } },
      });
    expect((await replace(made.body.metadata.creationTimestamp.replace('Z', '+00:01'))).body.message).toContain(
      'field is immutable',
    );
    expect((await replace(null)).status).toBe(200);
    for (const [text, problem] of [
      ['2026-01-01', 'cannot parse "" as "T"'],
      ['2026-13-01T00:00:00Z', 'month out of range'],
      ['2026-01-01T00:00:00+25:00', 'time zone offset hour out of range'],
    ]) {
      const { status, body } = await replace(text);
      expect([status, body.message]).toEqual([400, expect.stringContaining(`parsing time "${text}"`)]);
      expect(body.message).toContain(problem);
    }
  });

  it('a Lease has microseconds in UTC, whatever zone they came in', async () => {
    const spec = {
      holderIdentity: 'a',
      acquireTime: '2026-01-01T02:00:00.123456+02:00',
      renewTime: '2026-01-01T00:00:00.000000Z',
    };
    const made = await api.request('POST', LEASES, { body: { metadata: { name: 'a' }, spec } });
    expect(made.body.spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.123456Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
    });
    const { status, body } = await patch(`${LEASES}/a`, 'merge-patch', { spec: { renewTime: '2026-01-01T00:00:00Z' } });
    expect([status, body.message]).toEqual([400, expect.stringContaining('as ".000000"')]);
    expect((await api.request('GET', `${LEASES}/a`)).body.spec.acquireTime).toBe('2026-01-01T00:00:00.123456Z');
  });

  it("a node's renewal has them too", async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    const spec = { holderIdentity: 'n', renewTime: '2026-01-01T00:00:00.000000Z' };
    const made = await api.request('POST', leases, { body: { metadata: { name: 'n' }, spec } });
    const renewed = await api.request('PUT', `${leases}/n`, {
      body: { ...made.body, spec: { ...spec, renewTime: '2026-01-01T02:00:10.500000+02:00' } },
    });
    expect(renewed.status, renewed.text).toBe(200);
    const read = (await api.request('GET', `${leases}/n`)).body;
    expect(read.spec.renewTime).toBe('2026-01-01T00:00:10.500000Z');
  });

  it('an Event of both groups has seconds and microseconds where upstream has them', async () => {
    const body = {
      metadata: { name: 'e' },
      involvedObject: { namespace: 'work', name: 'x' },
      reason: 'R',
      type: 'Normal',
      action: 'A',
      reportingComponent: 'a.b/c',
      reportingInstance: 'i',
      eventTime: '2026-01-01T01:00:00.000001+01:00',
      firstTimestamp: '2026-01-01T01:00:00.9+01:00',
      lastTimestamp: '2026-01-01T00:00:00+00:00',
      series: { count: 2, lastObservedTime: '2025-12-31T23:00:00.500000-01:00' },
    };
    const made = await api.request('POST', '/api/v1/namespaces/work/events', { body });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({
      eventTime: '2026-01-01T00:00:00.000001Z',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      series: { lastObservedTime: '2026-01-01T00:00:00.500000Z' },
    });
    const same = await api.request('GET', '/apis/events.k8s.io/v1/namespaces/work/events/e');
    expect(same.body.deprecatedFirstTimestamp).toBe('2026-01-01T00:00:00Z');
  });

  it("Go's zero time is no time", async () => {
    const body = pod('zero');
    await api.request('POST', '/api/v1/namespaces/work/pods', { body });
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '0001-01-01T00:00:00Z' }];
    const patched = await api.request('PATCH', '/api/v1/namespaces/work/pods/zero/status', {
      body: { status: { conditions } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.body.status.conditions).toEqual([{ type: 'Ready', status: 'True' }]);
  });
});

describe('metadata', () => {
  it('empty lists, maps and texts are left out, as omitempty leaves them out', async () => {
    const metadata = {
      name: 'empty',
      generateName: '',
      labels: {},
      annotations: {},
      finalizers: [],
      ownerReferences: [],
      managedFields: [],
      selfLink: '',
    };
    const made = await api.request('POST', MAPS, { body: { metadata } });
    expect(Object.keys(made.body.metadata).sort()).toEqual([
      'creationTimestamp',
      'name',
      'namespace',
      'resourceVersion',
      'uid',
    ]);
  });

  it.each(['merge-patch', 'strategic-merge-patch', 'json-patch'])(
    'the last owner and label taken away by %s leave no empty list',
    async (type) => {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: crypto.randomUUID() };
      const path = `${MAPS}/released-${type}`;
      const metadata = { name: `released-${type}`, ownerReferences: [owner], labels: { a: 'b' } };
      expect((await api.request('POST', MAPS, { body: { metadata } })).status).toBe(201);
      const bodies: Record<string, unknown> = {
        'merge-patch': { metadata: { ownerReferences: [], labels: { a: null } } },
        'strategic-merge-patch': {
          metadata: { ownerReferences: [{ $patch: 'delete', uid: owner.uid }], labels: { a: null } },
        },
        'json-patch': [
          { op: 'remove', path: '/metadata/ownerReferences/0' },
          { op: 'remove', path: '/metadata/labels/a' },
        ],
      };
      const patched = await patch(path, type, bodies[type]);
      expect(patched.status, patched.text).toBe(200);
      expect(patched.body.metadata).not.toHaveProperty('ownerReferences');
      expect(patched.body.metadata).not.toHaveProperty('labels');
      expect((await api.request('GET', path)).text).toBe(patched.text);
    },
  );
});

describe('documents', () => {
  it('objects, lists, tables, Statuses and discovery end with their line, watch frames with one', async () => {
    await api.request('POST', MAPS, { body: configMap('line') });
    const table = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
    const partial = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };
    const answers = await Promise.all([
      api.request('GET', `${MAPS}/line`),
      api.request('GET', MAPS),
      api.request('GET', `${MAPS}?pretty=1`),
      api.request('GET', MAPS, { headers: table }),
      api.request('GET', MAPS, { headers: partial }),
      api.request('GET', MAPS, { headers: { accept: 'application/yaml' } }),
      api.request('GET', `${MAPS}/none`),
      api.request('POST', MAPS, { body: '{' }),
      api.request('POST', MAPS, { body: configMap('line-2') }),
      api.request('DELETE', `${MAPS}/line-2`),
      api.request('GET', '/api'),
      api.request('GET', '/apis'),
      api.request('GET', '/apis/apps'),
      api.request('GET', '/apis/apps/v1'),
    ]);
    const watch = await api.open('GET', `${MAPS}?watch=1&timeoutSeconds=1`);
    for (const text of [...answers.map((each) => each.text), await watch.text()]) expect(text).toMatch(/[^\n]\n$/);
  });

  it('a list that is sent in pieces ends with its line, too', async () => {
    const bodies = Array.from({ length: 101 }, (_, index) => configMap(`piece-${index}`));
    await Promise.all(bodies.map((body) => api.request('POST', MAPS, { body })));
    const { text, body } = await api.request('GET', MAPS);
    expect(body.items.length).toBeGreaterThan(100);
    expect(text.endsWith(']}\n')).toBe(true);
  });
});
