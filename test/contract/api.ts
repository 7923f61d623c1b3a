/**
 * What every host must serve, over its own HTTP: breadth rather than depth, which test/integration/apiserver has. Uses
 * nothing of a host; each case works in a namespace of its own, so that cases may run in any order and side by side.
 */
import type { ExpectStatic } from 'vitest';
import type { Transport } from '../../src/client/transport.ts';
import { eventually } from '../support/eventually.ts';
import { envelope, field } from '../support/protobuf.ts';
import { configMap, deployment, namespace, service } from './api-objects.ts';
import { createSession, type Session } from './api-session.ts';

export interface ApiContractSuite {
  it(title: string, run: () => Promise<void>): void;
  expect: ExpectStatic;
  /** How the host is spoken to. */
  send: Transport;
  /** The host's URL without a slash at its end, once it runs. */
  server(): string;
  /** An administrator's token. */
  token(): string;
}

/** How long controllers may take. */
const SECONDS = 30;

export function apiContract(suite: ApiContractSuite): void {
  const { it, expect } = suite;
  const connect = () => createSession(suite.send, suite.server(), suite.token());

  /** A session and a new namespace, with the path under which its objects are. */
  async function workspace(): Promise<{ api: Session; name: string; core: string; apps: string; maps: string }> {
    const api = connect();
    const name = `ns-${crypto.randomUUID().slice(0, 8)}`;
    await api.expectOk('POST', '/api/v1/namespaces', namespace(name));
    const core = `/api/v1/namespaces/${name}`;
    return { api, name, core, apps: `/apis/apps/v1/namespaces/${name}`, maps: `${core}/configmaps` };
  }

  it('says without a token that it lives, is ready, and which version it is', async () => {
    const api = connect();
    for (const path of ['/livez', '/readyz', '/healthz']) {
      expect(await api.request('GET', path, { token: '' }), path).toMatchObject({ status: 200, text: 'ok' });
    }
    const verbose = await api.request('GET', '/readyz?verbose', { token: '' });
    expect(verbose.text).toContain('[+]postgres ok');
    const version = await api.request('GET', '/version', { token: '' });
    expect(version.body).toMatchObject({ major: '1', minor: '35', gitVersion: expect.stringMatching(/^v1\.35\./) });
  });

  it('gives no data without a token, nor with a wrong one', async () => {
    const api = connect();
    for (const token of ['', 'wrong', 'a.b.c']) {
      for (const path of ['/api/v1/namespaces', '/api/v1/secrets', '/apis', '/no/such/path']) {
        const reply = await api.request('GET', path, { token });
        expect(reply.status, `${path} as "${token}"`).toBe(401);
        expect(reply.body).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Unauthorized', code: 401 });
      }
    }
  });

  it('creates, reads, lists, replaces, patches and deletes an object', async () => {
    const { api, maps, name: namespaceName } = await workspace();
    const made = await api.request('POST', maps, { body: configMap('a', { k: 'v' }) });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { k: 'v' } });
    expect(made.body.metadata).toMatchObject({ name: 'a', namespace: namespaceName });
    expect((await api.request('GET', `${maps}/a`)).body).toEqual(made.body);

    const listed = await api.expectOk('GET', maps);
    expect(listed).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(listed.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toContain('a');

    const replaced = await api.expectOk('PUT', `${maps}/a`, { ...made.body, data: { k: 'w' } });
    expect(replaced.data).toEqual({ k: 'w' });
    expect(Number(replaced.metadata.resourceVersion)).toBeGreaterThan(Number(made.body.metadata.resourceVersion));

    const patches: [string, unknown, object][] = [
      ['application/merge-patch+json', { data: { m: '1' } }, { k: 'w', m: '1' }],
      ['application/strategic-merge-patch+json', { data: { s: '2' } }, { k: 'w', m: '1', s: '2' }],
      ['application/json-patch+json', [{ op: 'remove', path: '/data/k' }], { m: '1', s: '2' }],
    ];
    for (const [type, body, data] of patches) {
      const patched = await api.request('PATCH', `${maps}/a`, { body, headers: { 'content-type': type } });
      expect(patched, type).toMatchObject({ status: 200, body: { data } });
    }

    const deleted = await api.request('DELETE', `${maps}/a`);
    expect(deleted).toMatchObject({ status: 200, body: { kind: 'Status', status: 'Success' } });
    expect((await api.request('GET', `${maps}/a`)).status).toBe(404);
  });

  it('takes YAML and gives it', async () => {
    const { api, maps } = await workspace();
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  k: "1"\n';
    const headers = { 'content-type': 'application/yaml', accept: 'application/yaml' };
    const made = await api.request('POST', maps, { body, headers });
    expect(made.status).toBe(201);
    expect(made.headers.get('content-type')).toBe('application/yaml');
    expect(made.text).toContain('\ndata:\n  k: "1"\n');
  });

  it('takes protobuf, and answers in JSON', async () => {
    const { api, maps } = await workspace();
    const bytes = envelope('v1', 'ConfigMap', [
      ...field(1, field(1, 'protobuf')),
      ...field(2, [...field(1, 'k'), ...field(2, '1')]),
    ]);
    const headers = {
      'content-type': 'application/vnd.kubernetes.protobuf',
      accept: 'application/vnd.kubernetes.protobuf,application/json',
    };
    // All of these bytes are ASCII.
    const made = await api.request('POST', maps, { body: new TextDecoder().decode(bytes), headers });
    expect(made).toMatchObject({ status: 201, body: { kind: 'ConfigMap', data: { k: '1' } } });
  });

  it('makes names, and stores nothing in a dry run', async () => {
    const { api, maps } = await workspace();
    const generated = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } };
    const made = await api.expectOk('POST', maps, generated);
    expect(made.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect((await api.request('POST', `${maps}?dryRun=All`, { body: configMap('dry') })).status).toBe(201);
    expect((await api.request('GET', `${maps}/dry`)).status).toBe(404);
  });

  it('refuses what is wrong with the words of upstream', async () => {
    const { api, maps, core } = await workspace();
    const cases: [string, string, string, Parameters<Session['request']>[2], number, RegExp][] = [
      ['absent object', 'GET', `${maps}/none`, {}, 404, /^configmaps "none" not found$/],
      ['absent kind', 'GET', `${core}/nothings`, {}, 404, /^the server could not find the requested resource$/],
      [
        'absent namespace',
        'POST',
        '/api/v1/namespaces/none/configmaps',
        { body: configMap('a') },
        404,
        /^namespaces "none" not found$/,
      ],
      [
        'unknown field',
        'POST',
        `${maps}?fieldValidation=Strict`,
        { body: { ...configMap('a'), spec: {} } },
        400,
        /strict decoding error: unknown field "spec"$/,
      ],
      ['cut body', 'POST', maps, { body: '{"kind":' }, 400, /unexpected end of JSON input|couldn't get version\/kind/],
      [
        'invalid name',
        'POST',
        maps,
        { body: configMap('Not_Valid') },
        422,
        /^ConfigMap "Not_Valid" is invalid: metadata\.name: Invalid value: "Not_Valid"/,
      ],
      ['too large', 'POST', maps, { body: configMap('a', { k: 'x'.repeat(3 << 20) }) }, 413, /entity too large/],
      [
        'media type',
        'POST',
        maps,
        { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        415,
        /media type/,
      ],
      ['method', 'PUT', maps, { body: configMap('a') }, 405, /not (allow|supported)/],
    ];
    for (const [what, method, path, options, status, message] of cases) {
      const reply = await api.request(method, path, options);
      expect(reply.status, `${what}: ${reply.text}`).toBe(status);
      expect(reply.body, what).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status });
      expect(reply.body.message, what).toMatch(message);
    }
  });

  it('lets exactly one of several writers of the same version win', async () => {
    const { api, maps } = await workspace();
    expect((await api.request('POST', maps, { body: configMap('one') })).status).toBe(201);
    const again = await api.request('POST', maps, { body: configMap('one') });
    expect(again).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } });

    const read = await api.expectOk('GET', `${maps}/one`);
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, writer) =>
        api.request('PUT', `${maps}/one`, { body: { ...read, data: { writer: String(writer) } } }),
      ),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, ...Array(7).fill(409)]);
    expect(replies.find((reply) => reply.status === 409)?.body).toMatchObject({
      reason: 'Conflict',
      message: expect.stringContaining('the object has been modified; please apply your changes to the latest version'),
    });
    const won = replies.find((reply) => reply.status === 200)!;
    expect(await api.expectOk('GET', `${maps}/one`)).toEqual(won.body);
  });

  it('serves many requests at once', async () => {
    const { api, maps } = await workspace();
    const names = Array.from({ length: 24 }, (_, index) => `n${index}`);
    const made = await Promise.all(names.map((name) => api.request('POST', maps, { body: configMap(name) })));
    expect(made.map((reply) => reply.status)).toEqual(names.map(() => 201));
    expect(new Set(made.map((reply) => reply.body.metadata.resourceVersion)).size).toBe(names.length);
    const read = await Promise.all(names.map((name) => api.request('GET', `${maps}/${name}`)));
    expect(read.map((reply) => reply.body.metadata.name)).toEqual(names);
  });

  it('cuts a list into pages, all as of the first one', async () => {
    const { api, maps } = await workspace();
    for (const name of ['a', 'b', 'c']) await api.expectOk('POST', maps, configMap(name, {}, { paged: 'yes' }));
    const query = 'labelSelector=paged&limit=2';
    const first = await api.expectOk('GET', `${maps}?${query}`);
    await api.expectOk('DELETE', `${maps}/c`);
    await api.expectOk('POST', maps, configMap('d', {}, { paged: 'yes' }));
    const second = await api.expectOk('GET', `${maps}?${query}&continue=${first.metadata.continue}`);
    const names = (list: { items: { metadata: { name: string } }[] }) => list.items.map((item) => item.metadata.name);
    expect([names(first), names(second)]).toEqual([['a', 'b'], ['c']]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata.continue).toBeUndefined();
    const now = await api.expectOk('GET', `${maps}?labelSelector=paged&fieldSelector=metadata.name!=a`);
    expect(names(now)).toEqual(['b', 'd']);
  });

  it('gives tables and metadata alone to those who ask for them', async () => {
    const { api, maps } = await workspace();
    await api.expectOk('POST', maps, configMap('a', { k: 'v' }));
    const as = (form: string) => ({ headers: { accept: `application/json;as=${form};v=v1;g=meta.k8s.io` } });
    const table = await api.request('GET', `${maps}?fieldSelector=metadata.name=a`, as('Table'));
    expect(table.body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(table.body.columnDefinitions.map((column: { name: string }) => column.name)).toEqual([
      'Name',
      'Data',
      'Age',
    ]);
    expect(table.body.rows[0]).toMatchObject({ cells: ['a', 1, expect.any(String)] });
    const partial = await api.request('GET', `${maps}/a`, as('PartialObjectMetadata'));
    expect(partial.body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
    expect(partial.body.data).toBeUndefined();
  });

  it('tells in discovery and OpenAPI what it serves', async () => {
    const api = connect();
    expect((await api.expectOk('GET', '/api')).versions).toEqual(['v1']);
    const groups = (await api.expectOk('GET', '/apis')).groups.map((group: { name: string }) => group.name);
    expect(groups).toEqual(expect.arrayContaining(['apps', 'rbac.authorization.k8s.io', 'coordination.k8s.io']));
    const resources = (await api.expectOk('GET', '/apis/apps/v1')).resources.map((each: { name: string }) => each.name);
    expect(resources).toEqual(expect.arrayContaining(['deployments', 'deployments/scale', 'deployments/status']));
    const aggregated = await api.request('GET', '/apis', {
      headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    });
    expect(aggregated.body.kind).toBe('APIGroupDiscoveryList');

    const { paths } = await api.expectOk('GET', '/openapi/v3');
    // Asked for several times at once, as kubectl does on its first run.
    const documents = await Promise.all(
      Array.from({ length: 4 }, () => api.request('GET', paths['apis/apps/v1'].serverRelativeURL)),
    );
    for (const document of documents) {
      expect(document.body.components.schemas['io.k8s.api.apps.v1.Deployment']).toBeDefined();
    }
    const headers = { 'if-none-match': documents[0]!.headers.get('etag')! };
    expect((await api.request('GET', paths['apis/apps/v1'].serverRelativeURL, { headers })).status).toBe(304);
  });

  it('shows a watcher each change once and in order, from where its list ended', async () => {
    const { api, maps } = await workspace();
    await api.expectOk('POST', maps, configMap('before'));
    const list = await api.expectOk('GET', maps);
    const watch = await api.watch(`${maps}?watch=true&resourceVersion=${list.metadata.resourceVersion}`);
    const made = await api.expectOk('POST', maps, configMap('a', { k: '1' }));
    const changed = await api.expectOk('PUT', `${maps}/a`, { ...made, data: { k: '2' } });
    await api.expectOk('DELETE', `${maps}/a`);
    const mine = ({ object }: { object: { metadata: { name: string } } }) => object.metadata.name === 'a';
    expect(await watch.find(mine)).toEqual({ type: 'ADDED', object: made });
    expect(await watch.find(mine)).toEqual({ type: 'MODIFIED', object: changed });
    expect(await watch.find(mine)).toMatchObject({ type: 'DELETED', object: { data: { k: '2' } } });
    await watch.cancel();
  });

  it('ends a watch cleanly when its time is over, after a bookmark to go on from', async () => {
    const { api, maps } = await workspace();
    const options = 'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    await api.expectOk('POST', maps, configMap('a'));
    const watch = await api.watch(`${maps}?watch=true&timeoutSeconds=2&${options}&fieldSelector=metadata.name%3Da`);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    const initialEnd = (await watch.next())!;
    expect(initialEnd.type).toBe('BOOKMARK');
    expect(initialEnd.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    const { metadata } = await api.expectOk('POST', maps, configMap('unseen'));
    let last = initialEnd;
    for (let event = await watch.next(); event !== undefined; event = await watch.next()) last = event;
    expect(last.type).toBe('BOOKMARK');
    expect(Number(last.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
    const resumed = `${maps}?watch=true&timeoutSeconds=1&resourceVersion=${last.object.metadata.resourceVersion}`;
    const rest = await api.watch(`${resumed}&fieldSelector=metadata.name%3Dunseen`);
    expect(await rest.next(), 'nothing is told twice').toBeUndefined();
  });

  it('turns a Deployment and a Service into pods and endpoints, scales them, and cleans up behind them', async () => {
    const { api, core, apps } = await workspace();
    await api.expectOk('POST', `${apps}/deployments`, deployment('web', 3));
    const made = await api.expectOk('POST', `${core}/services`, service('web'));
    expect(made.spec.clusterIP).toMatch(/^10\./);

    const podsNow = async () => (await api.expectOk('GET', `${core}/pods?labelSelector=app%3Dweb`)).items;
    await eventually(async () => expect(await podsNow()).toHaveLength(3), SECONDS);
    const [pod] = await podsNow();
    expect(pod.metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', controller: true }]);
    expect(pod.spec).toMatchObject({ serviceAccountName: 'default' });
    await eventually(async () => {
      const { status } = await api.expectOk('GET', `${apps}/deployments/web`);
      expect(status).toMatchObject({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, unavailableReplicas: 3 });
      const slices = await api.expectOk(
        'GET',
        `/apis/discovery.k8s.io/v1${core.slice('/api/v1'.length)}/endpointslices?labelSelector=kubernetes.io/service-name%3Dweb`,
      );
      expect(slices.items).toHaveLength(1);
    }, SECONDS);

    const scale = await api.expectOk('GET', `${apps}/deployments/web/scale`);
    await api.expectOk('PUT', `${apps}/deployments/web/scale`, { ...scale, spec: { replicas: 1 } });
    await eventually(async () => expect(await podsNow()).toHaveLength(1), SECONDS);

    await api.expectOk('DELETE', `${apps}/deployments/web`);
    await eventually(async () => {
      expect(await podsNow()).toEqual([]);
      expect((await api.expectOk('GET', `${apps}/replicasets`)).items).toEqual([]);
    }, SECONDS);
  });

  it('empties a namespace before it goes', async () => {
    const { api, name, maps } = await workspace();
    await api.expectOk('POST', maps, configMap('a'));
    const deleted = await api.expectOk('DELETE', `/api/v1/namespaces/${name}`);
    expect(deleted.status.phase).toBe('Terminating');
    await eventually(async () => {
      expect((await api.request('GET', `/api/v1/namespaces/${name}`)).status).toBe(404);
    }, SECONDS);
    expect((await api.expectOk('GET', maps)).items).toEqual([]);
  });

  it('lets a ServiceAccount do what its roles allow and nothing else', async () => {
    const { api, core, name } = await workspace();
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
    await api.expectOk('POST', `${core}/serviceaccounts`, { metadata: { name: 'reader' } });
    const request = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: { expirationSeconds: 600 } };
    const { status } = await api.expectOk('POST', `${core}/serviceaccounts/reader/token`, request);
    const read = () => api.request('GET', `${core}/configmaps`, { token: status.token });
    expect((await read()).body).toMatchObject({
      code: 403,
      message: `configmaps is forbidden: User "system:serviceaccount:${name}:reader" cannot list resource "configmaps" in API group "" in the namespace "${name}"`,
    });
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
    await api.expectOk('POST', `${rbac}/roles`, { metadata: { name: 'read' }, rules });
    await api.expectOk('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'read' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'read' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: name }],
    });
    await eventually(async () => expect((await read()).status).toBe(200), SECONDS);
    expect((await api.request('GET', `${core}/secrets`, { token: status.token })).status).toBe(403);
  });
}
