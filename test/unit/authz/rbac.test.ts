import { beforeEach, describe, expect, it } from 'vitest';
import type { Attributes, Decision } from '../../../src/apiserver/authz/contract.ts';
import { forbiddenError, forbiddenMessage } from '../../../src/apiserver/authz/forbidden.ts';
import { mastersAuthorizer } from '../../../src/apiserver/authz/masters.ts';
import { createRbacCache, type RbacAuthorizer, rbacAuthorizer } from '../../../src/apiserver/authz/rbac.ts';
import { reviewRules } from '../../../src/apiserver/authz/rules-review.ts';
import { unionAuthorizer } from '../../../src/apiserver/authz/union.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES } from '../../../src/client/resources.ts';
import { MemoryClient } from '../../support/memory-client.ts';

let api: MemoryClient;
let rbac: RbacAuthorizer;
let now: number;

beforeEach(() => {
  now = 1_000_000;
  api = new MemoryClient();
  rbac = rbacAuthorizer({ reader: () => api, now: () => now });
});

function clusterRole(name: string, rules: object[], more: object = {}): void {
  api.put(CLUSTER_ROLES, { metadata: { name, ...more }, rules } as never);
}
function role(namespace: string, name: string, rules: object[]): void {
  api.put(ROLES, { metadata: { namespace, name }, rules } as never);
}
function clusterBinding(name: string, roleName: string, subjects: object[]): void {
  api.put(CLUSTER_ROLE_BINDINGS, {
    metadata: { name },
    roleRef: { kind: 'ClusterRole', name: roleName },
    subjects,
  } as never);
}
function binding(namespace: string, name: string, roleRef: object, subjects: object[]): void {
  api.put(ROLE_BINDINGS, { metadata: { namespace, name }, roleRef, subjects } as never);
}

const ADA = { name: 'ada', groups: ['dev', 'system:authenticated'] };
const toAda = [{ kind: 'User', name: 'ada' }];

/** "get pods/log/web-1 in shop" without the words: verb, resource[/subresource], options. */
function resource(verb: string, what: string, options: { group?: string; namespace?: string; name?: string } = {}) {
  const [plural = '', subresource = ''] = what.split('/');
  return {
    verb,
    isResourceRequest: true,
    path: '',
    group: options.group ?? '',
    version: 'v1',
    namespace: options.namespace ?? '',
    resource: plural,
    subresource,
    name: options.name ?? '',
  };
}
function path(verb: string, url: string) {
  return { ...resource(verb, ''), isResourceRequest: false, path: url };
}
function ask(request: Attributes['request'], user: Attributes['user'] = ADA): Promise<Decision> {
  return rbac.authorize({ tenant: 'root', user, request });
}
async function allowed(request: Attributes['request'], user?: Attributes['user']): Promise<boolean> {
  return (await ask(request, user)).decision === 'allow';
}

describe('RBAC rules', () => {
  it('allow the verbs, groups and resources they list and no others', async () => {
    clusterRole('r', [{ verbs: ['get', 'list'], apiGroups: ['apps'], resources: ['deployments'] }]);
    clusterBinding('b', 'r', toAda);
    expect(await allowed(resource('list', 'deployments', { group: 'apps' }))).toBe(true);
    expect(await allowed(resource('delete', 'deployments', { group: 'apps' }))).toBe(false);
    expect(await allowed(resource('list', 'replicasets', { group: 'apps' }))).toBe(false);
    expect(await allowed(resource('list', 'deployments'))).toBe(false);
    expect(await allowed(resource('get', 'deployments/scale', { group: 'apps' }))).toBe(false);
  });

  it('take * for everything, and */sub for one subresource of everything', async () => {
    clusterRole('r', [
      { verbs: ['*'], apiGroups: ['batch'], resources: ['*'] },
      { verbs: ['get'], apiGroups: ['*'], resources: ['*/scale'] },
      { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] },
    ]);
    clusterBinding('b', 'r', toAda);
    expect(await allowed(resource('frobnicate', 'jobs/status', { group: 'batch' }))).toBe(true);
    expect(await allowed(resource('get', 'deployments/scale', { group: 'apps' }))).toBe(true);
    expect(await allowed(resource('get', 'deployments', { group: 'apps' }))).toBe(false);
    expect(await allowed(resource('get', 'pods/log'))).toBe(true);
    expect(await allowed(resource('get', 'pods'))).toBe(false);
  });

  it('limited to names never allow requests without one', async () => {
    clusterRole('r', [{ verbs: ['*'], apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'] }]);
    clusterBinding('b', 'r', toAda);
    expect(await allowed(resource('get', 'secrets', { name: 'mine' }))).toBe(true);
    expect(await allowed(resource('get', 'secrets', { name: 'other' }))).toBe(false);
    expect(await allowed(resource('list', 'secrets'))).toBe(false);
    expect(await allowed(resource('create', 'secrets'))).toBe(false);
  });

  it('match paths exactly, or by a star at the end', async () => {
    clusterRole('r', [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/metrics/*', '/a*b'] }]);
    clusterBinding('b', 'r', toAda);
    expect(await allowed(path('get', '/healthz'))).toBe(true);
    expect(await allowed(path('get', '/healthz/etcd'))).toBe(false);
    expect(await allowed(path('get', '/metrics/slis'))).toBe(true);
    expect(await allowed(path('get', '/metrics'))).toBe(false);
    expect(await allowed(path('get', '/axb'))).toBe(false);
    expect(await allowed(path('post', '/healthz'))).toBe(false);
  });
});

describe('RBAC bindings', () => {
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  const pods = (namespace: string) => resource('get', 'pods', { namespace, name: 'p' });

  it('of a namespace hold in it alone, also when they refer to a ClusterRole', async () => {
    clusterRole('r', rules);
    binding('shop', 'b', { kind: 'ClusterRole', name: 'r' }, toAda);
    expect(await allowed(pods('shop'))).toBe(true);
    expect(await allowed(pods('other'))).toBe(false);
    expect(await allowed(pods(''))).toBe(false);
    expect(await ask(pods('shop'))).toEqual({
      decision: 'allow',
      reason: 'RBAC: allowed by RoleBinding "b/shop" of ClusterRole "r" to User "ada"',
    });
  });

  it('never give paths from within a namespace', async () => {
    role('shop', 'r', [{ verbs: ['get'], nonResourceURLs: ['*'] }]);
    binding('shop', 'b', { kind: 'Role', name: 'r' }, toAda);
    expect(await allowed({ ...path('get', '/metrics'), namespace: 'shop' })).toBe(false);
  });

  it('reach groups and service accounts, and say by whom the request was allowed', async () => {
    clusterRole('r', rules);
    clusterBinding('b', 'r', [{ kind: 'Group', name: 'dev' }]);
    expect((await ask(pods(''))).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to Group "dev"',
    );
    rbac.invalidate('root');
    role('shop', 'local', rules);
    binding('shop', 'sa', { kind: 'Role', name: 'local' }, [{ kind: 'ServiceAccount', name: 'web' }]);
    const web = { name: 'system:serviceaccount:shop:web', groups: [] };
    expect((await ask(pods('shop'), web)).reason).toBe(
      'RBAC: allowed by RoleBinding "sa/shop" of Role "local" to ServiceAccount "web/shop"',
    );
    expect(await allowed(pods('shop'), { name: 'system:serviceaccount:other:web', groups: [] })).toBe(false);
  });

  it('to roles that do not exist allow nothing and say so', async () => {
    binding('shop', 'b', { kind: 'Role', name: 'gone' }, toAda);
    expect(await ask(pods('shop'))).toEqual({
      decision: 'noOpinion',
      reason: 'RBAC: role.rbac.authorization.k8s.io "gone" not found',
    });
  });
});

describe('aggregated ClusterRoles', () => {
  it('have the rules of what their selectors find, through several levels', async () => {
    const aggregate = (to: string) => ({ clusterRoleSelectors: [{ matchLabels: { [`to-${to}`]: 'true' } }] });
    api.put(CLUSTER_ROLES, { metadata: { name: 'admin' }, aggregationRule: aggregate('admin') } as never);
    api.put(CLUSTER_ROLES, {
      metadata: { name: 'view', labels: { 'to-admin': 'true' } },
      aggregationRule: aggregate('view'),
    } as never);
    clusterRole('crd-view', [{ verbs: ['get'], apiGroups: ['x.io'], resources: ['things'] }], {
      labels: { 'to-view': 'true' },
    });
    clusterBinding('b', 'admin', toAda);
    expect(await allowed(resource('get', 'things', { group: 'x.io', name: 'a' }))).toBe(true);
    expect(await allowed(resource('delete', 'things', { group: 'x.io', name: 'a' }))).toBe(false);
  });

  it('that select themselves or each other are resolved once', async () => {
    const labels = { loop: 'true' };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: labels }] };
    api.put(CLUSTER_ROLES, { metadata: { name: 'a', labels }, aggregationRule } as never);
    api.put(CLUSTER_ROLES, { metadata: { name: 'b', labels }, aggregationRule } as never);
    clusterRole('c', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }], { labels });
    clusterBinding('bind', 'a', toAda);
    expect((await rbac.rulesFor('root', ADA, '')).rules).toHaveLength(1);
  });
});

describe('what RBAC remembers', () => {
  const request = resource('get', 'pods', { name: 'p' });
  beforeEach(() => clusterRole('r', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]));

  it('is read again after five seconds', async () => {
    expect(await allowed(request)).toBe(false);
    clusterBinding('b', 'r', toAda);
    now += 4999;
    expect(await allowed(request)).toBe(false);
    now += 2;
    expect(await allowed(request)).toBe(true);
  });

  it('is read again at once when told of a change', async () => {
    expect(await allowed(request)).toBe(false);
    clusterBinding('b', 'r', toAda);
    rbac.invalidate('root');
    expect(await allowed(request)).toBe(true);
  });

  it('does not include a read that began before the change', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = rbacAuthorizer({
      reader: () => ({
        get: (...args) => api.get(...args),
        find: (...args) => api.find(...args),
        async list(resource) {
          const found = await api.list(resource);
          await held;
          return found;
        },
      }),
    });
    const early = slow.authorize({ tenant: 'root', user: ADA, request });
    clusterBinding('b', 'r', toAda);
    slow.invalidate('root');
    release();
    expect((await early).decision).toBe('noOpinion');
    expect((await slow.authorize({ tenant: 'root', user: ADA, request })).decision).toBe('allow');
  });

  it('outlives the authorizer when it is kept outside of it', async () => {
    const cache = createRbacCache({ now: () => now });
    const authorize = () => rbacAuthorizer({ reader: () => api, cache, now: () => now });
    const ask = async () => (await authorize().authorize({ tenant: 'root', user: ADA, request })).decision;
    expect(await ask()).toBe('noOpinion');
    clusterBinding('b', 'r', toAda);
    expect(await ask()).toBe('noOpinion');
    now += 5001;
    expect(await ask()).toBe('allow');
  });

  it('does not include a failed read', async () => {
    const failing = rbacAuthorizer({
      reader: () => {
        const reader = new MemoryClient();
        const failures = [new Error('away')];
        reader.list = async () => {
          throw failures.pop() ?? new Error('read twice');
        };
        return reader;
      },
    });
    await expect(failing.authorize({ tenant: 'root', user: ADA, request })).rejects.toThrow();
    await expect(failing.authorize({ tenant: 'root', user: ADA, request })).rejects.toThrow();
  });
});

describe('several authorizers', () => {
  it('let masters through and join the reasons of those without opinion', async () => {
    const authorizer = unionAuthorizer([
      mastersAuthorizer,
      { authorize: async () => ({ decision: 'noOpinion', reason: 'one' }) },
      { authorize: async () => ({ decision: 'noOpinion', reason: 'two' }) },
    ]);
    const request = resource('delete', 'nodes');
    expect(
      await authorizer.authorize({ tenant: 'root', user: { name: 'x', groups: ['system:masters'] }, request }),
    ).toEqual({
      decision: 'allow',
      reason: '',
    });
    expect(await authorizer.authorize({ tenant: 'root', user: ADA, request })).toEqual({
      decision: 'noOpinion',
      reason: 'one\ntwo',
    });
  });
});

describe('forbidden messages', () => {
  const about = (request: Attributes['request']): Attributes => ({ tenant: 'root', user: ADA, request });

  it("are upstream's", () => {
    expect(forbiddenMessage(about(resource('list', 'pods', { namespace: 'default' })))).toBe(
      'User "ada" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(forbiddenMessage(about(resource('patch', 'deployments/scale', { group: 'apps' })))).toBe(
      'User "ada" cannot patch resource "deployments/scale" in API group "apps" at the cluster scope',
    );
    expect(forbiddenMessage(about(path('get', '/metrics')))).toBe('User "ada" cannot get path "/metrics"');
  });

  it('become Status errors with the reason behind', () => {
    const error = forbiddenError(about(resource('get', 'pods', { namespace: 'shop', name: 'p' })), 'RBAC: why');
    expect(error.status).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods "p" is forbidden: User "ada" cannot get resource "pods" in API group "" in the namespace "shop": RBAC: why',
      details: { name: 'p', kind: 'pods' },
    });
    expect(forbiddenError(about(path('get', '/x'))).message).toBe('forbidden: User "ada" cannot get path "/x"');
  });
});

describe('SelfSubjectRulesReview', () => {
  it('lists what a user may do in a namespace, and whether something could not be resolved', async () => {
    clusterRole('r', [
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['p'] },
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
    ]);
    clusterBinding('b', 'r', toAda);
    role('shop', 'local', [{ verbs: ['list'], apiGroups: ['apps'], resources: ['deployments'] }]);
    binding('shop', 'b', { kind: 'Role', name: 'local' }, toAda);
    binding('shop', 'broken', { kind: 'Role', name: 'gone' }, toAda);
    expect(await reviewRules(rbac, 'root', ADA, 'shop')).toEqual({
      resourceRules: [
        { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['p'] },
        { verbs: ['list'], apiGroups: ['apps'], resources: ['deployments'] },
      ],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      incomplete: true,
      evaluationError: 'role.rbac.authorization.k8s.io "gone" not found',
    });
    expect((await reviewRules(rbac, 'root', ADA, 'other')).resourceRules).toHaveLength(1);
  });
});
