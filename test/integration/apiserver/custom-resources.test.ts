/** Custom resources, from their definitions to their end, through the real wiring. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MASTERS } from '../../../src/apiserver/request/user.ts';
import { ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import { createToken } from '../../../src/tenancy/postgres/tokens.ts';
import { TENANT } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { BASE_URL, startWiredApi, type WiredApi } from '../../support/wired-api.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const TABS = '/apis/stable.example.com/v1/namespaces/default/crontabs';
const MERGE = { 'content-type': 'application/merge-patch+json' };

let api: WiredApi;
const stop = new AbortController();
let running: Promise<void>;
beforeAll(async () => {
  api = await startWiredApi();
  running = api.plane.runner.loop(stop.signal);
  await define(cronTabs());
});
afterAll(async () => {
  stop.abort();
  await running;
  await api.close();
});

interface Definition {
  metadata: { name: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: tests change whatever they like.
  spec: any;
}

function cronTabs(plural = 'crontabs', kind = 'CronTab'): Definition {
  return {
    metadata: { name: `${plural}.stable.example.com` },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, shortNames: [plural.slice(0, 3)] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['cronSpec'],
                  properties: {
                    cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
                    image: { type: 'string' },
                    replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
                    port: { 'x-kubernetes-int-or-string': true },
                    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                    hosts: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  },
                },
                status: {
                  type: 'object',
                  properties: { replicas: { type: 'integer' }, labelSelector: { type: 'string' } },
                },
              },
            },
          },
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.labelSelector',
            },
          },
          additionalPrinterColumns: [
            { name: 'Spec', type: 'string', description: 'The cron spec', jsonPath: '.spec.cronSpec' },
            { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          selectableFields: [{ jsonPath: '.spec.image' }],
        },
      ],
    },
  };
}

async function define(definition: Definition): Promise<void> {
  const made = await api.admin('POST', CRDS, { body: definition });
  expect(made.status, made.text).toBe(201);
  await eventually(async () => {
    const { body } = await api.admin('GET', `${CRDS}/${definition.metadata.name}`);
    const established = body.status.conditions.find(({ type }: { type: string }) => type === 'Established');
    expect(established).toMatchObject({ status: 'True', reason: 'InitialNamesAccepted' });
  });
}

const tab = (name: string, spec: object = { cronSpec: '* * * * */5', image: 'mine' }) => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name },
  spec,
});

describe('objects of a custom kind', () => {
  it('are served as soon as their definition is established: created, read, listed, watched, patched, deleted', async () => {
    const made = await api.admin('POST', TABS, { body: tab('first') });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({
      apiVersion: 'stable.example.com/v1',
      kind: 'CronTab',
      metadata: { name: 'first', namespace: 'default', generation: 1 },
      spec: { cronSpec: '* * * * */5', image: 'mine', replicas: 1 },
    });
    const { body: list } = await api.admin('GET', TABS);
    expect(list).toMatchObject({ kind: 'CronTabList', apiVersion: 'stable.example.com/v1' });
    expect(list.items).toHaveLength(1);
    const patched = await api.admin('PATCH', `${TABS}/first`, { body: { spec: { replicas: 3 } }, headers: MERGE });
    expect(patched.body).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 } });
    const strategic = await api.admin('PATCH', `${TABS}/first`, {
      body: { spec: { replicas: 4 } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(strategic.status).toBe(415);
    expect((await api.admin('GET', `${TABS}?fieldSelector=spec.image%3Dmine`)).body.items).toHaveLength(1);
    expect((await api.admin('GET', `${TABS}?fieldSelector=spec.image%3Dother`)).body.items).toHaveLength(0);
    expect((await api.admin('DELETE', `${TABS}/first`)).status).toBe(200);
    expect((await api.admin('GET', `${TABS}/first`)).status).toBe(404);
  });

  it('are applied by the server, each field with its owner', async () => {
    const apply = (manager: string, replicas: number, force = '') =>
      api.admin('PATCH', `${TABS}/applied?fieldManager=${manager}${force}`, {
        body: tab('applied', { cronSpec: '* * * * *', replicas }),
        headers: { 'content-type': 'application/apply-patch+yaml' },
      });
    expect((await apply('one', 2)).status).toBe(201);
    const conflict = await apply('two', 3);
    expect(conflict.status).toBe(409);
    expect(conflict.body.message).toContain('conflict with "one"');
    const forced = await apply('two', 3, '&force=true');
    expect(forced.body).toMatchObject({ spec: { replicas: 3 } });
    await api.admin('DELETE', `${TABS}/applied`);
  });

  it('keep what the schema knows and what it leaves open, and lose the rest', async () => {
    const spec = { cronSpec: '* * * * *', unknown: 1, port: '80', free: { a: { b: null } } };
    const made = await api.admin('POST', TABS, { body: { ...tab('pruned', spec), extra: true } });
    expect(made.body.spec).toEqual({ cronSpec: '* * * * *', port: '80', free: { a: { b: null } }, replicas: 1 });
    expect(made.body).not.toHaveProperty('extra');
    const strict = await api.admin('POST', `${TABS}?fieldValidation=Strict`, { body: tab('strict', spec) });
    expect(strict.status).toBe(400);
    expect(strict.body.message).toContain('strict decoding error: unknown field "spec.unknown"');
  });

  it.each([
    ['a missing field', { image: 'mine' }, 'spec.cronSpec: Required value'],
    [
      'a wrong type',
      { cronSpec: 5 },
      'spec.cronSpec: Invalid value: "integer": spec.cronSpec in body must be of type string: "integer"',
    ],
    [
      'a pattern',
      { cronSpec: 'often' },
      'spec.cronSpec: Invalid value: "often": spec.cronSpec in body should match \'^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$\'',
    ],
    [
      'a range',
      { cronSpec: '* * * * *', replicas: 11 },
      'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
    ],
    [
      'a repeated element of a set',
      { cronSpec: '* * * * *', hosts: ['a', 'a'] },
      'spec.hosts[1]: Duplicate value: "a"',
    ],
  ])('are refused for %s, in the words of upstream', async (_, spec, message) => {
    const refused = await api.admin('POST', TABS, { body: tab('bad', spec) });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      reason: 'Invalid',
      details: { kind: 'CronTab', group: 'stable.example.com' },
    });
    expect(refused.body.message).toContain(message);
  });

  it('have a status and a scale of their own', async () => {
    await api.admin('POST', TABS, { body: { ...tab('scaled'), status: { replicas: 9 } } });
    expect((await api.admin('GET', `${TABS}/scaled`)).body).not.toHaveProperty('status');
    const status = await api.admin('PATCH', `${TABS}/scaled/status`, {
      body: { spec: { replicas: 7 }, status: { replicas: 2, labelSelector: 'a=b' } },
      headers: MERGE,
    });
    expect(status.body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 2 }, metadata: { generation: 1 } });
    const scale = await api.admin('PATCH', `${TABS}/scaled/scale`, { body: { spec: { replicas: 5 } }, headers: MERGE });
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 5 },
      status: { replicas: 2, selector: 'a=b' },
    });
    expect((await api.admin('GET', `${TABS}/scaled`)).body.spec.replicas).toBe(5);
  });

  it('show the columns of their definition', async () => {
    const { body } = await api.admin('GET', `${TABS}/scaled`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Spec',
      'Replicas',
      'Age',
    ]);
    expect(body.rows[0].cells).toEqual(['scaled', '* * * * */5', 5, expect.stringMatching(/^\d+s$/)]);
  });

  it('are in discovery and OpenAPI', async () => {
    const { body } = await api.admin('GET', '/apis/stable.example.com/v1');
    expect(body.resources.map(({ name }: { name: string }) => name).sort()).toEqual([
      'crontabs',
      'crontabs/scale',
      'crontabs/status',
    ]);
    expect(body.resources[0]).toMatchObject({ kind: 'CronTab', namespaced: true, shortNames: ['cro'] });
    const openapi = await api.admin('GET', '/openapi/v3/apis/stable.example.com/v1');
    const schema = openapi.body.components.schemas['com.example.stable.v1.CronTab'];
    expect(schema.properties.spec.properties.replicas).toMatchObject({ default: 1, maximum: 10 });
    expect(schema['x-kubernetes-group-version-kind']).toEqual([
      { group: 'stable.example.com', version: 'v1', kind: 'CronTab' },
    ]);
  });

  it('belong to their tenant alone, named by token or by path', async () => {
    await ensureTenant(api.db, 'other');
    await api.plane.bootstrap('other');
    const user = { name: 'other-admin' };
    const { token } = await createToken(api.db, { tenant: 'other', user, groups: [MASTERS], description: 'test' });
    const status = async (path: string, bearer: string) =>
      (await api.plane.app.request(`${BASE_URL}${path}`, { headers: { authorization: `Bearer ${bearer}` } })).status;
    expect(await status(TABS, token)).toBe(404);
    expect(await status(`${CRDS}/crontabs.stable.example.com`, token)).toBe(404);
    const operator = await api.tokenOf('admin');
    expect(await status(`/t/other${TABS}`, operator)).toBe(404);
    expect(await status(`/t/${TENANT}${TABS}`, operator)).toBe(200);
  });
});

describe('a definition', () => {
  it('may gain a version, in which the same objects are read', async () => {
    const two = cronTabs('twos', 'Two');
    await define(two);
    const path = '/apis/stable.example.com/v1/namespaces/default/twos';
    await api.admin('POST', path, { body: { metadata: { name: 'a' }, spec: { cronSpec: '* * * * *' } } });
    const { body: current } = await api.admin('GET', `${CRDS}/twos.stable.example.com`);
    current.spec.versions.push({ ...two.spec.versions[0], name: 'v2', storage: false });
    const updated = await api.admin('PUT', `${CRDS}/twos.stable.example.com`, { body: current });
    expect(updated.status, updated.text).toBe(200);
    await eventually(async () => {
      const read = await api.admin('GET', `${path.replace('/v1/', '/v2/')}/a`);
      expect(read.body).toMatchObject({ apiVersion: 'stable.example.com/v2', metadata: { name: 'a' } });
    });
    const gone = await api.admin('GET', `${CRDS}/twos.stable.example.com`);
    gone.body.spec.versions.splice(0, 1);
    gone.body.spec.versions[0].storage = true;
    const refused = await api.admin('PUT', `${CRDS}/twos.stable.example.com`, { body: gone.body });
    expect(refused.body.message).toContain(
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; must be in spec.versions while it is in status.storedVersions',
    );
  });

  it('whose names are taken is not established', async () => {
    const other = cronTabs('others', 'CronTab');
    await api.admin('POST', CRDS, { body: other });
    await eventually(async () => {
      const { body } = await api.admin('GET', `${CRDS}/others.stable.example.com`);
      expect(body.status.conditions).toContainEqual(
        expect.objectContaining({
          type: 'NamesAccepted',
          status: 'False',
          reason: 'ListKindConflict',
          message: '"CronTabList" is already in use',
        }),
      );
    });
    expect((await api.admin('GET', '/apis/stable.example.com/v1/others')).status).toBe(404);
    expect((await api.admin('DELETE', `${CRDS}/others.stable.example.com`)).status).toBe(200);
  });

  it('takes its objects with it', async () => {
    await define(cronTabs('lasts', 'Last'));
    const path = '/apis/stable.example.com/v1/namespaces/default/lasts';
    for (const name of ['a', 'b']) {
      await api.admin('POST', path, { body: { metadata: { name }, spec: { cronSpec: '* * * * *' } } });
    }
    await api.admin('DELETE', `${CRDS}/lasts.stable.example.com`);
    await eventually(async () => {
      expect((await api.admin('GET', `${CRDS}/lasts.stable.example.com`)).status).toBe(404);
    });
    expect((await api.admin('GET', path)).status).toBe(404);
    const { rows } = { rows: await api.db.sql`select name from objects where resource = 'lasts.stable.example.com'` };
    expect(rows).toHaveLength(0);
  });

  it('ends the watches of what it changes, and no others', async () => {
    await define(cronTabs('watcheds', 'Watched'));
    const token = await api.tokenOf('admin');
    const path = '/apis/stable.example.com/v1/namespaces/default';
    const watch = (resource: string) =>
      api.plane.app.request(`https://kedge.test:6443${path}/${resource}?watch=1&timeoutSeconds=20`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const [changed, other] = await Promise.all([watch('watcheds'), watch('crontabs')]);
    let otherEnded = false;
    void other.text().then(() => {
      otherEnded = true;
    });
    const { body } = await api.admin('GET', `${CRDS}/watcheds.stable.example.com`);
    body.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.more = { type: 'string' };
    await api.admin('PUT', `${CRDS}/watcheds.stable.example.com`, { body });
    await api.admin('GET', `${path}/watcheds`);
    await changed.text();
    expect(otherEnded).toBe(false);
  });

  it.each<[string, (definition: Definition) => void, string]>([
    [
      'a name that is not its plural and group',
      (d) => (d.metadata.name = 'x.example.com'),
      'must be spec.names.plural+"."+spec.group',
    ],
    [
      'no schema',
      (d) => delete d.spec.versions[0].schema,
      'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
    ],
    [
      'no storage version',
      (d) => (d.spec.versions[0].storage = false),
      'must have exactly one version marked as storage version',
    ],
    [
      'a schema without types',
      (d) => (d.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.x = {}),
      'properties[x].type: Required value: must not be empty for specified object fields',
    ],
    [
      'preserved unknown fields',
      (d) => (d.spec.preserveUnknownFields = true),
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
    [
      'a scope of no kind',
      (d) => (d.spec.scope = 'World'),
      'spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"',
    ],
    [
      'a protected group without approval',
      (d) => {
        d.spec.group = 'x.k8s.io';
        d.metadata.name = 'bads.x.k8s.io';
      },
      'protected groups must have approval annotation "api-approved.kubernetes.io"',
    ],
    [
      'a pattern that is none',
      (d) => (d.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.image.pattern = '('),
      'must be a valid regular expression',
    ],
    [
      'a column whose path is none',
      (d) => (d.spec.versions[0].additionalPrinterColumns[0].jsonPath = '.spec['),
      'spec.versions[0].additionalPrinterColumns[0].jsonPath: Invalid value: ".spec["',
    ],
  ])('is refused for %s', async (_, change, message) => {
    const definition = cronTabs('bads', 'Bad');
    change(definition);
    const refused = await api.admin('POST', CRDS, { body: definition });
    expect(refused.status, refused.text).toBe(422);
    expect(refused.body.message).toContain(message);
  });
});
