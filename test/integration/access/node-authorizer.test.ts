/** What a node's credential is worth, through the whole request chain as the hosts compose it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_REFERENCES_SECONDS } from '../../../src/apiserver/authz/node-references.ts';
import { CLUSTER_ROLE_BINDINGS } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type Requester, startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
let n1: Requester;
let n2: Requester;

const NAMESPACE = '/api/v1/namespaces/shop';

/** Names a Secret or ConfigMap in each of the ways that the agent reads. */
const SPEC = {
  serviceAccountName: 'runner',
  imagePullSecrets: [{ name: 'pull' }],
  initContainers: [{ name: 'i', image: 'x', envFrom: [{ secretRef: { name: 'init-env' } }] }],
  containers: [
    {
      name: 'c',
      image: 'x',
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'env-map', key: 'k' } } },
      ],
      envFrom: [{ configMapRef: { name: 'from-map' } }],
    },
  ],
  volumes: [
    { name: 'a', secret: { secretName: 'mounted' } },
    { name: 'b', configMap: { name: 'mounted-map' } },
    { name: 'c', projected: { sources: [{ secret: { name: 'cast' } }, { configMap: { name: 'cast-map' } }] } },
  ],
};
const SECRETS = ['pull', 'init-env', 'env', 'mounted', 'cast'];
const CONFIG_MAPS = ['env-map', 'from-map', 'mounted-map', 'cast-map', 'kube-root-ca.crt'];

beforeAll(async () => {
  api = await startWiredApi();
  n1 = api.as('system:node:n1');
  n2 = api.as('system:node:n2');
  await make('/api/v1/namespaces', { metadata: { name: 'shop' } });
  for (const name of ['default', 'runner', 'other']) await make(`${NAMESPACE}/serviceaccounts`, { metadata: { name } });
  for (const name of [...SECRETS, 'unused', 'late', 'of-n2']) {
    await make(`${NAMESPACE}/secrets`, { metadata: { name }, stringData: { k: 'hush' } });
  }
  for (const name of [...CONFIG_MAPS, 'unused']) {
    await make(`${NAMESPACE}/configmaps`, { metadata: { name }, data: { k: 'v' } });
  }
  await make(`${NAMESPACE}/pods`, pod('own', 'n1', SPEC));
  await make(`${NAMESPACE}/pods`, pod('foreign', 'n2', using('of-n2')));
});
afterAll(() => api?.close());

function pod(name: string, nodeName: string, spec: object): object {
  return { metadata: { name }, spec: { nodeName, ...spec } };
}

function using(secretName: string): object {
  return { containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'v', secret: { secretName } }] };
}

async function make(path: string, body: object): Promise<{ metadata: { uid: string } }> {
  const answer = await api.admin('POST', path, { body });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

const get = async (as: Requester, path: string) => (await as('GET', path)).status;
const UNRELATED = (node: string, resource: string, name: string) =>
  `${resource} "${name}" is forbidden: User "system:node:${node}" cannot get resource "${resource}" in API group "" ` +
  `in the namespace "shop": no relationship found between node '${node}' and this object`;

describe('S13: a node reads what its own pods name', () => {
  it('gets each Secret and ConfigMap that a pod of it names, in whatever way', async () => {
    for (const name of SECRETS) expect(await get(n1, `${NAMESPACE}/secrets/${name}`), name).toBe(200);
    for (const name of CONFIG_MAPS) expect(await get(n1, `${NAMESPACE}/configmaps/${name}`), name).toBe(200);
  });

  it('gets none that another node’s pod names, or nobody', async () => {
    for (const [resource, name] of [
      ['secrets', 'of-n2'],
      ['secrets', 'unused'],
      ['secrets', 'not-there'],
      ['configmaps', 'unused'],
      // A Secret's name is no ConfigMap's.
      ['configmaps', 'mounted'],
    ] as const) {
      const answer = await n1('GET', `${NAMESPACE}/${resource}/${name}`);
      expect(answer).toMatchObject({ status: 403, body: { message: UNRELATED('n1', resource, name) } });
    }
    expect(await get(n2, `${NAMESPACE}/secrets/of-n2`)).toBe(200);
    expect(await get(n2, `${NAMESPACE}/secrets/mounted`)).toBe(403);
    // The same name in another namespace is another object.
    expect(await get(n1, '/api/v1/namespaces/default/secrets/mounted')).toBe(403);
  });

  it('lists and watches none, in whatever form it asks', async () => {
    for (const resource of ['secrets', 'configmaps']) {
      for (const path of [
        `/api/v1/${resource}`,
        `${NAMESPACE}/${resource}`,
        `${NAMESPACE}/${resource}?watch=true`,
        `${NAMESPACE}/${resource}?fieldSelector=metadata.name%3Dmounted`,
        `${NAMESPACE}/${resource}?watch=1&fieldSelector=metadata.name%3Dmounted`,
        `/api/v1/watch/namespaces/shop/${resource}`,
        `/api/v1/watch/namespaces/shop/${resource}/mounted`,
      ]) {
        expect(await get(n1, path), path).toBe(403);
      }
    }
  });

  it('may read what a pod names as soon as the pod is bound, and no longer than seconds after it has gone', async () => {
    const path = `${NAMESPACE}/secrets/late`;
    expect(await get(n1, path)).toBe(403);
    await make(`${NAMESPACE}/pods`, pod('passing', 'n1', using('late')));
    expect(await get(n1, path)).toBe(200);
    expect((await api.admin('DELETE', `${NAMESPACE}/pods/passing?gracePeriodSeconds=0`)).status).toBe(200);
    await eventually(async () => expect(await get(n1, path)).toBe(403), NODE_REFERENCES_SECONDS + 15);
  });

  it('answers many questions at once with few reads, each as it is', async () => {
    const names = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 'mounted' : `wrong-${index}`));
    const codes = await Promise.all(names.map((name) => get(n1, `${NAMESPACE}/secrets/${name}`)));
    expect(codes).toEqual(names.map((name) => (name === 'mounted' ? 200 : 403)));
  });

  it('gives itself nothing by pods that it makes', async () => {
    const { metadata } = await make('/api/v1/nodes', { metadata: { name: 'n1' } });
    const mirror = {
      metadata: {
        name: 'mirror',
        annotations: { 'kubernetes.io/config.mirror': 'x' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: metadata.uid, controller: true }],
      },
      spec: {
        nodeName: 'n1',
        containers: [{ name: 'c', image: 'x', envFrom: [{ secretRef: { name: 'unused' } }] }],
      },
    };
    const answer = await n1('POST', `${NAMESPACE}/pods`, { body: mirror });
    expect(answer.status).toBe(403);
    expect(answer.body.message).toContain('can not create pods that reference secrets');
    expect(await get(n1, `${NAMESPACE}/secrets/unused`)).toBe(403);
  });
});

describe('S13: a node asks for tokens', () => {
  const request = (pod: string, uid: string) => ({
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod, uid } },
  });

  it('of an account that a pod of it runs as, and of no other', async () => {
    const { body: own } = await api.admin('GET', `${NAMESPACE}/pods/own`);
    const token = (account: string) =>
      n1('POST', `${NAMESPACE}/serviceaccounts/${account}/token`, { body: request('own', own.metadata.uid) });
    const good = await token('runner');
    expect(good, good.text).toMatchObject({ status: 201, body: { status: { token: expect.stringMatching(/^eyJ/) } } });
    for (const account of ['other', 'default']) {
      expect(await token(account)).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining("no relationship found between node 'n1' and this object") },
      });
    }
    expect((await n1('GET', `${NAMESPACE}/serviceaccounts/runner`)).status).toBe(403);
  });
});

describe('S13: the rest of what a node does', () => {
  it('sees its own pods and no others', async () => {
    const own = await n1('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1');
    expect(own.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['own']);
    expect(await get(n1, `${NAMESPACE}/pods/own`)).toBe(200);
    expect(await get(n1, `${NAMESPACE}/pods/foreign`)).toBe(403);
    expect(await get(n1, `${NAMESPACE}/pods/gone`)).toBe(404);
    for (const query of ['', '?fieldSelector=spec.nodeName%3Dn2', '?fieldSelector=spec.nodeName!%3Dn1', '?limit=1']) {
      expect(await get(n1, `/api/v1/pods${query}`), query).toBe(403);
    }
    expect((await n1('GET', '/api/v1/pods')).body.message).toContain(
      'can only list/watch pods with spec.nodeName field selector',
    );
  });

  it('reports on itself and on its pods, and on nothing else', async () => {
    const patch = (path: string, body: object) =>
      n1('PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } });
    expect((await patch('/api/v1/nodes/n1/status', { status: { phase: 'Running' } })).status).toBe(200);
    expect((await patch('/api/v1/nodes/n1', { metadata: { labels: { rack: '1' } } })).status).toBe(200);
    expect((await patch(`${NAMESPACE}/pods/own/status`, { status: { phase: 'Running' } })).status).toBe(200);
    expect((await patch(`${NAMESPACE}/pods/foreign/status`, { status: { phase: 'Running' } })).status).toBe(403);
    await make('/api/v1/nodes', { metadata: { name: 'n2' } });
    expect((await patch('/api/v1/nodes/n2/status', { status: { phase: 'Running' } })).status).toBe(403);
    expect((await n1('DELETE', `${NAMESPACE}/pods/foreign`)).status).toBe(403);
    expect((await n1('DELETE', '/api/v1/nodes/n1')).status).toBe(403);
    const event = { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', namespace: 'shop', name: 'own' } };
    expect((await n1('POST', `${NAMESPACE}/events`, { body: event })).status).toBe(201);
  });

  it('renews its own Lease', async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    const lease = (name: string) => ({ metadata: { name }, spec: { holderIdentity: name, leaseDurationSeconds: 40 } });
    expect((await n1('POST', leases, { body: lease('n1') })).status).toBe(201);
    expect((await n1('POST', leases, { body: lease('n2') })).status).toBe(403);
    expect((await n2('POST', leases, { body: lease('n2') })).status).toBe(201);
    expect(await get(n1, `${leases}/n1`)).toBe(200);
    expect(await get(n1, `${leases}/n2`)).toBe(403);
    expect(await get(n1, leases)).toBe(403);
  });

  it('follows what every node needs to route traffic', async () => {
    for (const path of [
      '/api/v1/services',
      '/apis/discovery.k8s.io/v1/endpointslices',
      '/api/v1/nodes?fieldSelector=metadata.name%3Dn1',
    ]) {
      expect(await get(n1, path), path).toBe(200);
    }
  });

  it('needs both the name and the group of a node', async () => {
    await api.tokenOf('system:node:n3', []);
    expect(await get(api.as('system:node:n3'), `${NAMESPACE}/secrets/mounted`)).toBe(403);
    await api.tokenOf('system:node:', ['system:nodes']);
    const answer = await api.as('system:node:')('GET', `${NAMESPACE}/secrets/mounted`);
    expect(answer.body.message).toContain('unknown node for user "system:node:"');
  });

  it('loses the binding to all nodes that an earlier Kedge made', async () => {
    const client = api.plane.client('root');
    const binding = await client.get(CLUSTER_ROLE_BINDINGS, '', 'system:node');
    expect(binding.subjects ?? []).toEqual([]);
    const subject = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name });
    await client.update(CLUSTER_ROLE_BINDINGS, { ...binding, subjects: [subject('system:nodes'), subject('mine')] });
    await api.plane.bootstrap('root');
    const after = await client.get(CLUSTER_ROLE_BINDINGS, '', 'system:node');
    expect(after.subjects?.map(({ name }) => name)).toEqual(['mine']);
  });
});
