/** What a node's credential gets through subresources whose objects are not stored: what admission lets it have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../support/api.ts';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
const NAMESPACE = '/api/v1/namespaces/door';
const uids = new Map<string, string>();

beforeAll(async () => {
  api = await startWiredApi();
  const made = async (path: string, body: object) => {
    const { status, text, body: object } = await api.admin('POST', path, { body });
    expect(status, text).toBe(201);
    uids.set(object.metadata.name, object.metadata.uid);
  };
  await made('/api/v1/namespaces', { metadata: { name: 'door' } });
  for (const name of ['app', 'lonely']) await made(`${NAMESPACE}/serviceaccounts`, { metadata: { name } });
  const pod = (name: string, node?: string) =>
    made(`${NAMESPACE}/pods`, {
      metadata: { name },
      spec: {
        serviceAccountName: 'app',
        containers: [{ name: 'c', image: 'i' }],
        ...(node === undefined ? {} : { nodeName: node }),
      },
    });
  await pod('own', 'n1');
  await pod('evicted', 'n1');
  await pod('foreign', 'n2');
  await pod('pending');
});
afterAll(() => api?.close());

const node = (method: string, path: string, body: object): Promise<Reply> =>
  api.as('system:node:n1')(method, `${NAMESPACE}/${path}`, { body });

function tokenFor(account: string, pod?: string): Promise<Reply> {
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: pod, uid: uids.get(pod ?? '') };
  return node('POST', `serviceaccounts/${account}/token`, { spec: pod === undefined ? {} : { boundObjectRef } });
}

describe('S2: a node gets tokens of its own pods alone', () => {
  it('S2: none that is bound to nothing', async () => {
    const { status, body } = await tokenFor('app');
    expect(status).toBe(403);
    expect(body.message).toContain('node requested token not bound to a pod');
    expect(body.status).toBe('Failure');
  });

  it('S2: none that is bound to a pod of another node', async () => {
    const { status, body } = await tokenFor('app', 'foreign');
    expect(status).toBe(403);
    expect(body.message).toContain('node requested token bound to a pod scheduled on a different node');
  });

  it('S2: none of an account that no pod of its runs as', async () => {
    const { status, body } = await tokenFor('lonely', 'own');
    expect(status).toBe(403);
    expect(body.status.token).toBeUndefined();
  });

  it('S2: none for an audience that the pod does not ask for', async () => {
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: uids.get('own') };
    const { status, body } = await node('POST', 'serviceaccounts/app/token', {
      spec: { boundObjectRef, audiences: ['vault'] },
    });
    expect(status).toBe(403);
    expect(body.message).toContain('audience "vault" not found in pod spec volume');
  });

  it('S2: one that is bound to its own pod, which runs as that account', async () => {
    const { status, body, text } = await tokenFor('app', 'own');
    expect(status, text).toBe(201);
    expect(body.status.token.split('.')).toHaveLength(3);
  });
});

describe('NodeRestriction holds for what is done to pods through subresources', () => {
  it('a node evicts no pod of another', async () => {
    const { status, body } = await node('POST', 'pods/foreign/eviction', { metadata: { name: 'foreign' } });
    expect(status).toBe(403);
    expect(body.message).toContain('node n1 can only evict pods with spec.nodeName set to itself');
    expect((await api.admin('GET', `${NAMESPACE}/pods/foreign`)).body.metadata.deletionTimestamp).toBeUndefined();
  });

  it('a node evicts its own', async () => {
    expect((await node('POST', 'pods/evicted/eviction', { metadata: { name: 'evicted' } })).status).toBe(201);
    const { body } = await api.admin('GET', `${NAMESPACE}/pods/evicted`);
    expect(body.metadata.deletionTimestamp).toBeDefined();
  });

  it('a node binds none, whatever roles it has besides', async () => {
    await api.grant('system:node:n1', {
      namespace: 'door',
      rules: [{ apiGroups: [''], resources: ['pods/binding'], verbs: ['create'] }],
    });
    const { status, body } = await node('POST', 'pods/pending/binding', { target: { kind: 'Node', name: 'n1' } });
    expect(status).toBe(403);
    expect(body.message).toContain('unexpected pod subresource "binding"');
    expect((await api.admin('GET', `${NAMESPACE}/pods/pending`)).body.spec.nodeName).toBeUndefined();
  });
});
