/** Names of Object.prototype as keys, labels and names, through all verbs of every kind that can be written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInResources } from '../../../src/apis/index.ts';
import type { ResourceDefinition } from '../../../src/apiserver/registry/contract.ts';
import { type Api, type Reply, startApi } from '../../support/api.ts';
import { ALL, BODIES, mapOf, NAMES } from './kind-bodies.ts';
import { configMap, namespace } from './objects.ts';

/** Of namespaces, of DaemonSets, and what workloads take from their template when they have no labels. */
const SET_BY_THE_SERVER =
  /^(kubernetes\.io\/metadata\.name|deprecated\.daemonset\..*|(batch\.kubernetes\.io\/)?(controller-uid|job-name)|app)$/;
const MAPS = '/api/v1/namespaces/work/configmaps';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  expect((await api.request('POST', '/api/v1/namespaces', { body: namespace('work') })).status).toBe(201);
});
afterAll(() => api?.close());

const writable = builtInResources.filter((each) => each.verbs === undefined || each.verbs.includes('create'));

function pathOf({ group, version, resource, namespaced }: ResourceDefinition): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespaced ? '/namespaces/work' : ''}/${resource}`;
}

function keyOf({ group, resource }: ResourceDefinition): string {
  return group === '' ? resource : `${group}/${resource}`;
}

/** Path segments: names of RBAC kinds may be anything. */
function nameFor(definition: ResourceDefinition): string {
  if (definition.kind === 'IPAddress') return '10.200.0.9';
  if (definition.kind === 'CustomResourceDefinition') return 'constructor.example.com';
  return definition.group === 'rbac.authorization.k8s.io' ? '__proto__' : 'constructor';
}

function patch(path: string, type: string, body: unknown): Promise<Reply> {
  return api.request('PATCH', path, { body, headers: { 'content-type': `application/${type}+json` } });
}

/** The types of the first events of a watch. */
async function eventTypes(path: string, count: number): Promise<string[]> {
  const response = await api.open('GET', path);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (text.split('\n').length <= count) text += (await reader.read()).value ?? '';
  await reader.cancel();
  return text
    .split('\n')
    .slice(0, count)
    .map((line) => JSON.parse(line).type);
}

describe('S12: names of Object.prototype are ordinary names', () => {
  it.each(writable.map((each) => [`${each.group}/${each.version} ${each.kind}`, each] as const))(
    'in metadata of %s',
    async (_, definition) => {
      const collection = pathOf(definition);
      const name = nameFor(definition);
      const path = `${collection}/${name}`;
      const type = {
        apiVersion: definition.group === '' ? definition.version : `${definition.group}/${definition.version}`,
        kind: definition.kind,
      };
      const metadata = { name, labels: mapOf(NAMES, 'x'), annotations: mapOf(NAMES, 'x') };
      const made = await api.request('POST', collection, { body: { ...type, metadata, ...BODIES[keyOf(definition)] } });
      expect(made.status, made.text).toBe(201);
      // jest's equality would not see own properties named __proto__: texts are compared.
      const own = (reply: Reply) => [
        Object.entries(reply.body.metadata.labels ?? {}).filter(([key]) => !SET_BY_THE_SERVER.test(key)),
        Object.entries(reply.body.metadata.annotations ?? {}).filter(([key]) => !SET_BY_THE_SERVER.test(key)),
      ];
      expect(own(made)).toEqual([Object.entries(metadata.labels), Object.entries(metadata.annotations)]);
      const stored = await api.request('GET', path);
      expect(stored.text).toBe(made.text);

      for (const key of NAMES) {
        const listed = await api.request('GET', `${collection}?labelSelector=${key}%3Dx`);
        expect(listed.body.items.map((each: { metadata: { name: string } }) => each.metadata.name)).toEqual([name]);
        const others = await api.request('GET', `${collection}?labelSelector=!${key}`);
        expect(others.body.items.map((each: { metadata: { name: string } }) => each.metadata.name)).not.toContain(name);
      }
      const byName = await api.request('GET', `${collection}?fieldSelector=metadata.name%3D${name}`);
      expect(byName.body.items).toHaveLength(1);

      // A replacement without the keys takes them away.
      const { labels: _l, annotations: _a, ...bare } = stored.body.metadata;
      const replaced = await api.request('PUT', path, { body: { ...stored.body, metadata: bare } });
      expect([replaced.status, replaced.text]).toEqual([200, expect.any(String)]);
      expect(own(await api.request('GET', path))).toEqual([[], []]);

      for (const media of ['merge-patch', 'strategic-merge-patch']) {
        expect((await patch(path, media, { metadata: { labels: mapOf(NAMES, media) } })).status).toBe(200);
        expect(own(await api.request('GET', path))[0]).toEqual(Object.entries(mapOf(NAMES, media)));
        expect((await patch(path, media, { metadata: { labels: { constructor: null, valueOf: null } } })).status).toBe(
          200,
        );
        expect(own(await api.request('GET', path))[0]).toEqual(
          Object.entries(mapOf(['hasOwnProperty', 'toString'], media)),
        );
        expect((await patch(path, media, { metadata: { labels: null } })).status).toBe(200);
      }
      const steps = NAMES.map((key) => ({ op: 'add', path: `/metadata/labels/${key}`, value: 'x' }));
      expect(
        (await patch(path, 'json-patch', [{ op: 'add', path: '/metadata/labels', value: {} }, ...steps])).status,
      ).toBe(200);
      const removal = [
        { op: 'test', path: '/metadata/labels/toString', value: 'x' },
        { op: 'remove', path: '/metadata/labels/toString' },
      ];
      expect((await patch(path, 'json-patch', removal)).status).toBe(200);
      expect(own(await api.request('GET', path))[0]).toEqual(
        Object.entries(mapOf(['constructor', 'hasOwnProperty', 'valueOf'], 'x')),
      );
      expect((await patch(path, 'json-patch', removal)).status).toBe(422);

      const since = stored.body.metadata.resourceVersion;
      const watched = `${collection}?watch=1&labelSelector=constructor&resourceVersion=${since}`;
      expect(await eventTypes(watched, 2)).toEqual(['DELETED', 'ADDED']);
      expect([200, 202]).toContain((await api.request('DELETE', path)).status);
    },
  );

  it.each(ALL)('data keys named %s are added, changed and removed by every kind of write', async (key) => {
    const path = `${MAPS}/data-${ALL.indexOf(key)}`;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const data = async () => Object.entries((await api.request('GET', path)).body.data ?? {});
    // The text is written by hand: JSON.stringify of a literal would not have __proto__.
    const text = (value: string) => `{"metadata":{"name":"${name}"},"data":{"a":"b","${key}":"${value}"}}`;
    expect((await api.request('POST', MAPS, { body: text('x') })).status).toBe(201);
    expect(await data()).toEqual([
      ['a', 'b'],
      [key, 'x'],
    ]);
    expect((await api.request('PUT', path, { body: text('y') })).status).toBe(200);
    expect(await data()).toEqual([
      ['a', 'b'],
      [key, 'y'],
    ]);
    const before = (await api.request('GET', path)).body.metadata.resourceVersion;
    const removed = await api.request('PUT', path, { body: configMap(name, { a: 'b' }) });
    expect(removed.body.metadata.resourceVersion).not.toBe(before);
    expect(await data()).toEqual([['a', 'b']]);
    for (const media of ['merge-patch', 'strategic-merge-patch']) {
      expect((await patch(path, media, `{"data":{"${key}":"z"}}`)).status).toBe(200);
      expect(await data(), media).toEqual([
        ['a', 'b'],
        [key, 'z'],
      ]);
      expect((await patch(path, media, `{"data":{"${key}":null}}`)).status).toBe(200);
      expect(await data(), media).toEqual([['a', 'b']]);
      expect((await patch(path, media, `{"data":{"${key}":"z"}}`)).status).toBe(200);
      expect((await patch(path, media, '{"data":{"$patch":"replace","a":"b"}}')).status).toBe(
        media === 'merge-patch' ? 422 : 200,
      );
      expect((await patch(path, media, `{"data":{"${key}":null}}`)).status).toBe(200);
    }
    expect((await patch(path, 'json-patch', [{ op: 'add', path: `/data/${key}`, value: 'w' }])).status).toBe(200);
    expect(await data()).toEqual([
      ['a', 'b'],
      [key, 'w'],
    ]);
    expect((await patch(path, 'json-patch', [{ op: 'remove', path: `/data/${key}` }])).status).toBe(200);
    expect((await patch(path, 'json-patch', [{ op: 'remove', path: `/data/${key}` }])).status).toBe(422);

    const yaml = `metadata:\n  name: ${name}\ndata:\n  a: b\n  ${key}: yaml\n`;
    expect(
      (await api.request('PUT', path, { body: yaml, headers: { 'content-type': 'application/yaml' } })).status,
    ).toBe(200);
    expect(await data()).toEqual([
      ['a', 'b'],
      [key, 'yaml'],
    ]);
    const shown = await api.request('GET', path, { headers: { accept: 'application/yaml' } });
    expect(shown.text).toContain(`  ${key}: yaml\n`);
    const table = await api.request('GET', MAPS, {
      headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
    });
    expect(table.body.rows.find((row: { cells: unknown[] }) => row.cells[0] === name).cells[1]).toBe(2);
  });

  it.each(ALL)('a Secret keeps %s of data and stringData', async (key) => {
    const secrets = '/api/v1/namespaces/work/secrets';
    const name = `secret-${ALL.indexOf(key)}`;
    const body = `{"metadata":{"name":"${name}"},"data":{"${key}":"eA=="},"stringData":{"${key}":"y"}}`;
    expect((await api.request('POST', secrets, { body })).status).toBe(201);
    expect(Object.entries((await api.request('GET', `${secrets}/${name}`)).body.data)).toEqual([[key, 'eQ==']]);
  });

  it('a label named __proto__ is refused, not lost', async () => {
    const body = '{"metadata":{"name":"label","labels":{"__proto__":"x"}}}';
    const { status, body: answer } = await api.request('POST', MAPS, { body });
    expect(status).toBe(422);
    expect(answer.message).toContain('metadata.labels: Invalid value: "__proto__"');
  });

  it('deletion options with an inherited name as policy are refused', async () => {
    await api.request('POST', MAPS, { body: configMap('policy') });
    for (const policy of ALL) {
      const { status } = await api.request('DELETE', `${MAPS}/policy`, { body: { propagationPolicy: policy } });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect((await api.request('GET', `${MAPS}/policy`)).body.metadata.finalizers).toBeUndefined();
  });

  it.each(ALL)('an unserved media type, verb or selector named %s is answered as such', async (name) => {
    expect((await api.request('GET', MAPS, { headers: { accept: name } })).status).toBe(406);
    expect((await api.request('GET', `${MAPS}?fieldSelector=${name}%3Dx`)).status).toBe(400);
    expect((await api.request(name, MAPS)).status).toBe(405);
    expect((await api.request('GET', `/api/v1/namespaces/work/configmaps/a/${name}`)).status).toBe(404);
    expect((await api.request('GET', `/apis/${name}/v1/x`)).status).toBe(404);
    expect((await api.request('GET', `/api/v1/${name}`)).status).toBe(404);
  });
});
