/** Tenants made and removed through the API of the root tenant: the same on every host. */
import type { TestAPI } from 'vitest';
import { configMap, deployment } from './api-objects.ts';
import type { Session } from './api-session.ts';

export interface TenantsContract {
  it: TestAPI;
  expect: typeof import('vitest').expect;
  eventually<T>(check: () => Promise<T> | T, seconds?: number): Promise<T>;
  /** Of the root tenant's administrator. */
  root(): Session;
  /** Of whoever has this token, with the tenant in the path or not. */
  as(token: string, prefix: string): Session;
}

interface Condition {
  type: string;
  status: string;
}

export function tenantsContract({ it, expect, eventually, root, as }: TenantsContract): void {
  async function makeTenant(name: string): Promise<string> {
    const metadata = { name, labels: { 'kedge.dev/tenant': 'true' } };
    await root().expectOk('POST', '/api/v1/namespaces', { metadata });
    await eventually(async () => {
      const { status } = await root().expectOk('GET', `/api/v1/namespaces/${name}`);
      const ready = (status.conditions as Condition[] | undefined)?.find(({ type }) => type === 'TenantReady');
      expect(ready?.status).toBe('True');
    }, 30);
    const secret = await root().expectOk('GET', `/api/v1/namespaces/${name}/secrets/kedge-tenant-admin`);
    return atob(secret.data.token);
  }

  it('a labelled Namespace in root makes a tenant with a token of its own', async () => {
    const token = await makeTenant('acme');
    expect(token).toMatch(/^kdg\.acme\./);
    for (const api of [as(token, '/t/acme'), as(token, '')]) {
      const { items } = await api.expectOk('GET', '/api/v1/namespaces');
      const names = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
      expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
      const review = { spec: { resourceAttributes: { verb: '*', group: '*', resource: '*' } } };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      expect((await api.expectOk('POST', path, review)).status.allowed).toBe(true);
    }
  });

  it('two tenants and root hold objects of one name without seeing each other', async () => {
    const [one, two] = [await makeTenant('one'), await makeTenant('two')];
    const path = '/api/v1/namespaces/default/configmaps';
    const sessions = { root: root(), one: as(one, ''), two: as(two, '/t/two') };
    for (const [name, api] of Object.entries(sessions)) await api.expectOk('POST', path, configMap('same', { name }));
    for (const [name, api] of Object.entries(sessions)) {
      expect((await api.expectOk('GET', `${path}/same`)).data).toEqual({ name });
      const { items } = await api.expectOk('GET', '/api/v1/configmaps?fieldSelector=metadata.name%3Dsame');
      expect(items).toHaveLength(1);
    }
    await sessions.one.expectOk('DELETE', `${path}/same`);
    expect((await sessions.two.expectOk('GET', `${path}/same`)).data).toEqual({ name: 'two' });
    // The token of one is nothing under the other's prefix; root's administrator may enter all.
    for (const prefix of ['/t/two', '/t/root', '/t/nobody']) {
      expect((await as(one, prefix).request('GET', path)).status).toBe(401);
    }
    expect((await root().expectOk('GET', `/t/two${path}/same`)).data).toEqual({ name: 'two' });
  });

  it('controllers and scheduler work in a tenant as soon as it is there', async () => {
    const api = as(await makeTenant('busy'), '');
    await eventually(() => api.expectOk('GET', '/api/v1/namespaces/default/serviceaccounts/default'), 30);
    await api.expectOk('POST', '/apis/apps/v1/namespaces/default/deployments', deployment('web', 2));
    await eventually(async () => {
      const { items } = await api.expectOk('GET', '/api/v1/namespaces/default/pods');
      const reasons = items.map(({ status }: { status: { conditions?: { message: string }[] } }) => {
        return status.conditions?.[0]?.message;
      });
      expect(reasons).toEqual(Array(2).fill('no nodes available to schedule pods'));
    }, 30);
  });

  it('a tenant keeps its label, and the names of the system are no tenants', async () => {
    await makeTenant('kept');
    const unlabel = {
      body: { metadata: { labels: null } },
      headers: { 'content-type': 'application/merge-patch+json' },
    };
    const refused = await root().request('PATCH', '/api/v1/namespaces/kept', unlabel);
    expect([refused.status, refused.body.message]).toEqual([
      403,
      'namespaces "kept" is forbidden: the label kedge.dev/tenant stays: delete the namespace to delete the tenant',
    ]);
    for (const name of ['root', 'kube-tenant']) {
      const metadata = { name, labels: { 'kedge.dev/tenant': 'true' } };
      expect((await root().request('POST', '/api/v1/namespaces', { body: { metadata } })).status).toBe(403);
    }
    // In a tenant the label means nothing.
    const inner = as(await makeTenant('outer'), '');
    const metadata = { name: 'kube-inner', labels: { 'kedge.dev/tenant': 'true' } };
    const made = await inner.expectOk('POST', '/api/v1/namespaces', { metadata });
    expect(made.metadata.finalizers).toBeUndefined();
  });

  it('a deleted Namespace takes its tenant with it: tokens end, and the name begins anew', async () => {
    const token = await makeTenant('gone');
    const api = as(token, '');
    await api.expectOk('POST', '/api/v1/namespaces/default/configmaps', configMap('a'));
    await root().expectOk('DELETE', '/api/v1/namespaces/gone');
    await eventually(async () => {
      expect((await root().request('GET', '/api/v1/namespaces/gone')).status).toBe(404);
    }, 60);
    expect((await api.request('GET', '/api/v1/namespaces/default/configmaps')).status).toBe(401);
    expect((await root().request('GET', '/t/gone/api/v1/namespaces/default/configmaps')).status).toBe(404);
    const again = as(await makeTenant('gone'), '');
    const { items } = await again.expectOk('GET', '/api/v1/configmaps?fieldSelector=metadata.name%3Da');
    expect(items).toEqual([]);
    expect((await api.request('GET', '/api/v1/namespaces/default/configmaps')).status).toBe(401);
  });
}
