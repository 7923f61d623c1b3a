import { beforeEach, describe, expect, it } from 'vitest';
import { nodeAuthorizer } from '../../../src/apiserver/authz/node.ts';
import { AUTOUPDATE } from '../../../src/apiserver/authz/policy/bootstrap.ts';
import { reconcileBootstrapPolicy } from '../../../src/apiserver/authz/policy/reconcile.ts';
import { rbacAuthorizer } from '../../../src/apiserver/authz/rbac.ts';
import { unionAuthorizer } from '../../../src/apiserver/authz/union.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  NAMESPACES,
  ROLE_BINDINGS,
  ROLES,
} from '../../../src/client/resources.ts';
import { MemoryClient } from '../../support/memory-client.ts';

let api: MemoryClient;
beforeEach(() => {
  api = new MemoryClient();
});

async function may(user: string, groups: string[], verb: string, what: string, namespace = ''): Promise<boolean> {
  const [group = '', resource = '', subresource = ''] = what.split('/');
  const request = {
    verb,
    isResourceRequest: true,
    path: '',
    group,
    version: 'v1',
    namespace,
    resource,
    subresource,
    name: '',
  };
  const authorizer = unionAuthorizer([nodeAuthorizer({ reader: () => api }), rbacAuthorizer({ reader: () => api })]);
  return (await authorizer.authorize({ tenant: 'root', user: { name: user, groups }, request })).decision === 'allow';
}

describe('the default policy', () => {
  beforeEach(async () => {
    await reconcileBootstrapPolicy(api);
  });

  it('is labelled and annotated as upstream labels it', async () => {
    const admin = await api.get(CLUSTER_ROLES, '', 'edit');
    expect(admin.metadata.labels).toEqual({
      'kubernetes.io/bootstrapping': 'rbac-defaults',
      'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
    });
    expect(admin.metadata.annotations).toEqual({ [AUTOUPDATE]: 'true' });
  });

  it('refers to roles that exist, in namespaces that exist', async () => {
    const rbac = rbacAuthorizer({ reader: () => api });
    const bindings = [...(await api.list(CLUSTER_ROLE_BINDINGS)).items, ...(await api.list(ROLE_BINDINGS)).items];
    expect(bindings.length).toBeGreaterThan(20);
    for (const { metadata, roleRef } of bindings) {
      const namespace = metadata.namespace ?? '';
      expect((await rbac.rulesOf('root', roleRef, namespace)).length).toBeGreaterThan(0);
      if (namespace !== '') expect(await api.find(NAMESPACES, '', namespace)).toBeDefined();
    }
  });

  it('lets nodes do their work and not more', async () => {
    const node = (verb: string, what: string) => may('system:node:n1', ['system:nodes'], verb, what);
    for (const [verb, what] of [
      ['create', '/nodes'],
      ['patch', '/nodes/status'],
      ['patch', '/pods/status'],
      ['delete', '/pods'],
      ['create', '/events'],
      ['watch', 'discovery.k8s.io/endpointslices'],
      ['watch', '/services'],
    ] as const) {
      expect(await node(verb, what), `${verb} ${what}`).toBe(true);
    }
    for (const [verb, what] of [
      ['create', '/secrets'],
      ['list', '/secrets'],
      ['watch', '/configmaps'],
      ['list', '/pods'],
      ['delete', '/nodes'],
      ['list', 'apps/deployments'],
      ['create', 'rbac.authorization.k8s.io/clusterrolebindings'],
    ] as const) {
      expect(await node(verb, what), `${verb} ${what}`).toBe(false);
    }
  });

  it('gives admin, edit and view what they aggregate', async () => {
    for (const name of ['admin', 'edit', 'view']) {
      api.put(ROLE_BINDINGS, {
        metadata: { namespace: 'shop', name },
        roleRef: { kind: 'ClusterRole', name },
        subjects: [{ kind: 'User', name }],
      } as never);
    }
    const table = [
      ['get', '/pods', ['admin', 'edit', 'view']],
      ['get', '/pods/log', ['admin', 'edit', 'view']],
      ['get', '/secrets', ['admin', 'edit']],
      ['create', 'apps/deployments', ['admin', 'edit']],
      ['patch', 'apps/deployments/scale', ['admin', 'edit']],
      ['create', '/pods/eviction', ['admin', 'edit']],
      ['create', 'rbac.authorization.k8s.io/rolebindings', ['admin']],
      ['update', '/resourcequotas', []],
      ['patch', '/pods/status', []],
    ] as const;
    for (const [verb, what, users] of table) {
      for (const user of ['admin', 'edit', 'view'] as const) {
        const expected = (users as readonly string[]).includes(user);
        expect(await may(user, [], verb, what, 'shop'), `${user}: ${verb} ${what}`).toBe(expected);
      }
    }
    expect(await may('admin', [], 'get', '/pods', 'other')).toBe(false);
  });

  it('lets the scheduler bind, and controllers do theirs', async () => {
    const account = (name: string) => `system:serviceaccount:kube-system:${name}`;
    expect(await may(account('kube-scheduler'), [], 'create', '/pods/binding')).toBe(true);
    expect(await may(account('kube-scheduler'), [], 'patch', '/pods/status')).toBe(true);
    expect(await may(account('replicaset-controller'), [], 'create', '/pods')).toBe(true);
    expect(await may(account('replicaset-controller'), [], 'create', '/secrets')).toBe(false);
    expect(await may(account('endpointslice-controller'), [], 'create', 'discovery.k8s.io/endpointslices')).toBe(true);
  });
});

describe('reconciling the default policy', () => {
  it('writes nothing the second time', async () => {
    expect(await reconcileBootstrapPolicy(api)).toBeGreaterThan(50);
    expect(await reconcileBootstrapPolicy(api)).toBe(0);
  });

  it('puts back what was removed and keeps what was added', async () => {
    await reconcileBootstrapPolicy(api);
    const role = await api.get(CLUSTER_ROLES, '', 'system:basic-user');
    const added = { verbs: ['get'], apiGroups: ['x.io'], resources: ['things'] };
    await api.update(CLUSTER_ROLES, { ...role, rules: [role.rules![1]!, added] });
    const binding = await api.get(CLUSTER_ROLE_BINDINGS, '', 'system:discovery');
    await api.update(CLUSTER_ROLE_BINDINGS, { ...binding, subjects: [{ kind: 'User', name: 'bob' }] });
    await api.delete(ROLES, 'kube-system', 'system:controller:token-cleaner');

    expect(await reconcileBootstrapPolicy(api)).toBe(3);
    const rules = (await api.get(CLUSTER_ROLES, '', 'system:basic-user')).rules!;
    expect(rules).toContainEqual(added);
    expect(rules.flatMap(({ resources }) => resources)).toContain('selfsubjectaccessreviews');
    const { subjects } = await api.get(CLUSTER_ROLE_BINDINGS, '', 'system:discovery');
    expect(subjects?.map(({ name }) => name)).toEqual(['bob', 'system:authenticated']);
    expect(await api.find(ROLES, 'kube-system', 'system:controller:token-cleaner')).toBeDefined();
    expect(await reconcileBootstrapPolicy(api)).toBe(0);
  });

  it('makes a binding anew that was pointed at another role', async () => {
    await reconcileBootstrapPolicy(api);
    const binding = await api.get(CLUSTER_ROLE_BINDINGS, '', 'system:node');
    await api.update(CLUSTER_ROLE_BINDINGS, { ...binding, roleRef: { ...binding.roleRef, name: 'cluster-admin' } });
    await reconcileBootstrapPolicy(api);
    expect((await api.get(CLUSTER_ROLE_BINDINGS, '', 'system:node')).roleRef.name).toBe('system:node');
  });

  it('leaves alone what is annotated against updates', async () => {
    await reconcileBootstrapPolicy(api);
    const role = await api.get(CLUSTER_ROLES, '', 'system:discovery');
    role.metadata.annotations = { [AUTOUPDATE]: 'false' };
    await api.update(CLUSTER_ROLES, { ...role, rules: [] });
    expect(await reconcileBootstrapPolicy(api)).toBe(0);
  });

  it('goes on when another replica does the same at the same time', async () => {
    await Promise.all([reconcileBootstrapPolicy(api), reconcileBootstrapPolicy(api)]);
    expect(await reconcileBootstrapPolicy(api)).toBe(0);
  });
});
