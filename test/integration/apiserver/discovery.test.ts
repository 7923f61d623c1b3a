import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';

let api: Api;
let healthy = true;

beforeAll(async () => {
  api = await startApi({ ready: async () => [{ name: 'database', ok: healthy, detail: 'secret detail' }] });
});
afterAll(() => api?.close());

type Named = { name: string };

test('the root lists what there is to ask for', async () => {
  const { status, body } = await api.request('GET', '/');
  expect(status).toBe(200);
  expect(body.paths).toEqual([...body.paths].sort());
  for (const path of body.paths.filter((each: string) => !/openid/.test(each)))
    expect(await api.request('GET', path), path).toMatchObject({ status: 200 });
  expect(body.paths).toEqual(
    expect.arrayContaining(['/api/v1', '/apis/apps/v1', '/openapi/v2', '/readyz', '/version']),
  );
});

describe('plain discovery', () => {
  test('/api and /apis', async () => {
    expect((await api.request('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const { body } = await api.request('GET', '/apis');
    expect(body.kind).toBe('APIGroupList');
    const names = body.groups.map(({ name }: Named) => name);
    expect(names.slice(0, 2)).toEqual(['apps', 'events.k8s.io']);
    expect(names).toContain('authorization.k8s.io');
    expect((await api.request('GET', '/apis/apps')).body).toMatchObject({
      kind: 'APIGroup',
      name: 'apps',
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    });
  });

  test('resources with their verbs, short names and subresources', async () => {
    const { body } = await api.request('GET', '/api/v1');
    const find = (name: string) => body.resources.find((each: Named) => each.name === name);
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    expect(find('pods')).toMatchObject({ kind: 'Pod', singularName: 'pod', namespaced: true, shortNames: ['po'] });
    expect(find('pods').verbs).toEqual([
      'create',
      'delete',
      'deletecollection',
      'get',
      'list',
      'patch',
      'update',
      'watch',
    ]);
    expect(find('namespaces')).toMatchObject({ namespaced: false });
    expect(find('pods/eviction')).toMatchObject({
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
    expect(find('pods/status').verbs).toEqual(['get', 'patch', 'update']);
    const apps = await api.request('GET', '/apis/apps/v1');
    expect(apps.body.resources.find((each: Named) => each.name === 'deployments/scale')).toMatchObject({
      group: 'autoscaling',
      kind: 'Scale',
    });
  });
});

describe('aggregated discovery', () => {
  const accept = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

  test.each(['v2', 'v2beta1'])('%s tells everything at once', async (version) => {
    const headers = { accept: `${accept(version)},application/json` };
    const core = await api.request('GET', '/api', { headers });
    expect(core.headers.get('content-type')).toBe(accept(version));
    expect(core.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}` });
    expect(core.body.items).toHaveLength(1);
    const pods = core.body.items[0].versions[0].resources.find(
      (each: { resource: string }) => each.resource === 'pods',
    );
    expect(pods).toMatchObject({
      responseKind: { group: '', version: 'v1', kind: 'Pod' },
      scope: 'Namespaced',
      singularResource: 'pod',
    });
    expect(pods.subresources.map(({ subresource }: { subresource: string }) => subresource)).toContain('log');
    const others = await api.request('GET', '/apis', { headers });
    expect(others.body.items.map(({ metadata }: { metadata: Named }) => metadata.name)).toContain('apps');
  });

  test('an unchanged answer is 304', async () => {
    const headers = { accept: accept('v2') };
    const first = await api.request('GET', '/apis', { headers });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9A-F]{64}"$/);
    const second = await api.request('GET', '/apis', { headers: { ...headers, 'if-none-match': etag } });
    expect(second).toMatchObject({ status: 304, text: '' });
  });
});

describe('OpenAPI v3', () => {
  test('the index leads to documents that change their URL with their content', async () => {
    const { body } = await api.request('GET', '/openapi/v3');
    const { serverRelativeURL } = body.paths['apis/apps/v1'];
    expect(serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{64}$/);
    const document = await api.request('GET', serverRelativeURL);
    expect(document.body).toMatchObject({ openapi: '3.0.0' });
    expect(document.headers.get('cache-control')).toContain('immutable');
  });

  test('a document resolves all its references', async () => {
    for (const path of Object.keys((await api.request('GET', '/openapi/v3')).body.paths)) {
      const { body, text } = await api.request('GET', `/openapi/v3/${path}`);
      const references = new Set(
        [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((found) => found[1]),
      );
      for (const name of references)
        expect(body.components.schemas, `${path}: ${name}`).toHaveProperty([name as string]);
    }
  });

  test('has what kubectl looks for: the kind of a path, and which parameters a patch takes', async () => {
    const { body } = await api.request('GET', '/openapi/v3/apis/apps/v1');
    const path = body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(path.get['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
    expect(path.patch['x-kubernetes-action']).toBe('patch');
    expect(path.patch.parameters.map(({ name }: Named) => name)).toEqual(
      expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation', 'force']),
    );
    expect(body.components.schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      properties: { spec: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }] } },
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
    });
  });

  test('protobuf is refused, so that clients ask for JSON', async () => {
    const headers = { accept: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf' };
    expect((await api.request('GET', '/openapi/v3/api/v1', { headers })).status).toBe(406);
  });
});

describe('OpenAPI v2', () => {
  const ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const ANSWERED = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  const ask = (accept: string, headers = {}) => api.open('GET', '/openapi/v2', { headers: { accept, ...headers } });

  test('has the definitions of all kinds', async () => {
    const { body, text } = await api.request('GET', '/openapi/v2');
    expect(body.swagger).toBe('2.0');
    expect(body.definitions).toHaveProperty(['io.k8s.api.core.v1.Pod']);
    expect(body.definitions).toHaveProperty(['io.k8s.api.apps.v1.DeploymentList']);
    expect(text).not.toContain('#/components/');
  });

  test.each([ASKED, ANSWERED, `${ASKED}, application/json;q=0.5`])(
    'is in protobuf for those who want it: %s',
    async (accept) => {
      const response = await ask(accept);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(ANSWERED);
      expect(response.headers.get('vary')).toBe('Accept');
      const bytes = new Uint8Array(await response.arrayBuffer());
      // Field 1, swagger.
      expect([...bytes.subarray(0, 5)]).toEqual([0x0a, 3, ...new TextEncoder().encode('2.0')]);
    },
  );

  test.each(['application/json', '*/*', `application/json, ${ASKED}`])('is JSON for others: %s', async (accept) => {
    const response = await ask(accept);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toHaveProperty('swagger', '2.0');
  });

  test('an unchanged document is 304 in protobuf, and an unknown form is 406', async () => {
    const etag = (await ask(ASKED)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9A-F]{64}"$/);
    expect((await ask(ASKED, { 'if-none-match': etag })).status).toBe(304);
    expect((await ask('application/cbor')).status).toBe(406);
  });
});

test('/version', async () => {
  expect((await api.request('GET', '/version')).body).toMatchObject({
    major: '1',
    minor: '35',
    gitVersion: 'v1.35.0+kedge',
  });
});

describe('health', () => {
  test('says ok, or each check when asked', async () => {
    expect((await api.request('GET', '/livez', { token: '' })).text).toBe('ok');
    const { text } = await api.request('GET', '/readyz?verbose', { token: '' });
    expect(text).toBe('[+]ping ok\n[+]database ok\nreadyz check passed\n');
    expect((await api.request('GET', '/readyz/database', { token: '' })).text).toBe('ok');
    expect((await api.request('GET', '/readyz/nothing', { token: '' })).status).toBe(404);
  });

  test('a failed check is 500 without its reason; the process is alive all the same', async () => {
    healthy = false;
    try {
      const { status, text } = await api.request('GET', '/readyz', { token: '' });
      expect(status).toBe(500);
      expect(text).toContain('[-]database failed: reason withheld');
      expect(text).not.toContain('secret');
      expect((await api.request('GET', '/livez', { token: '' })).status).toBe(200);
      expect((await api.request('GET', '/readyz?exclude=database', { token: '' })).status).toBe(200);
    } finally {
      healthy = true;
    }
  });
});
