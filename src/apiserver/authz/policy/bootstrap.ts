/** Upstream's default policy as objects: ClusterRoles and their bindings, and Roles and bindings in system namespaces. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../../client/resources.ts';
import { AUTHENTICATED, MASTERS } from '../../request/user.ts';
import type { PolicyRule } from '../rules.ts';
import { CONTROLLER_ROLES } from './controller-roles.ts';
import { allow, EVENTS, READ, type RoleSpec } from './rule.ts';
import { SYSTEM_ROLES } from './system-roles.ts';
import { USER_ROLES } from './user-roles.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const API_GROUP = 'rbac.authorization.k8s.io';
const UNAUTHENTICATED = 'system:unauthenticated';
/** "false" on an object keeps reconcileBootstrapPolicy away from it. */
export const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

type Subject = NonNullable<RoleBinding['subjects']>[number];

const user = (name: string): Subject => ({ apiGroup: API_GROUP, kind: 'User', name });
const group = (name: string): Subject => ({ apiGroup: API_GROUP, kind: 'Group', name });
const serviceAccount = (name: string): Subject => ({ kind: 'ServiceAccount', namespace: 'kube-system', name });

function metadata(name: string, namespace?: string, labels: Record<string, string> = {}) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTOUPDATE]: 'true' },
  };
}

function aggregateTo(name: string): Record<string, string> {
  return { [`${API_GROUP}/aggregate-to-${name}`]: 'true' };
}

function clusterRole(spec: RoleSpec): ClusterRole {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: metadata(spec.name, undefined, spec.aggregateTo === undefined ? {} : aggregateTo(spec.aggregateTo)),
    ...(spec.aggregates === undefined
      ? { rules: spec.rules as ClusterRole['rules'] }
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(spec.aggregates) }] } }),
  } as ClusterRole;
}

function clusterRoleBinding(role: string, subjects: Subject[]): ClusterRoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: metadata(role),
    subjects,
    roleRef: { apiGroup: API_GROUP, kind: 'ClusterRole', name: role },
  };
}

function role(namespace: string, name: string, rules: PolicyRule[]): Role {
  return { apiVersion: API_VERSION, kind: 'Role', metadata: metadata(name, namespace), rules } as Role;
}

function roleBinding(namespace: string, name: string, roleName: string, subjects: Subject[]): RoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: 'RoleBinding',
    metadata: metadata(name, namespace),
    subjects,
    roleRef: { apiGroup: API_GROUP, kind: 'Role', name: roleName },
  };
}

export const CLUSTER_ROLES_POLICY: readonly ClusterRole[] = [...USER_ROLES, ...SYSTEM_ROLES, ...CONTROLLER_ROLES].map(
  clusterRole,
);

export const CLUSTER_ROLE_BINDINGS_POLICY: readonly ClusterRoleBinding[] = [
  clusterRoleBinding('cluster-admin', [group(MASTERS)]),
  clusterRoleBinding('system:monitoring', [group('system:monitoring')]),
  clusterRoleBinding('system:discovery', [group(AUTHENTICATED)]),
  clusterRoleBinding('system:basic-user', [group(AUTHENTICATED)]),
  clusterRoleBinding('system:public-info-viewer', [group(AUTHENTICATED), group(UNAUTHENTICATED)]),
  clusterRoleBinding('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  // Without subjects, as upstream: the node authorizer narrows nodes to what their pods need.
  clusterRoleBinding('system:node', []),
  clusterRoleBinding('system:node-proxier', [user('system:kube-proxy'), group('system:nodes')]),
  clusterRoleBinding('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  clusterRoleBinding('system:kube-dns', [serviceAccount('kube-dns')]),
  // Kedge's scheduler acts as a ServiceAccount, as its controllers do.
  clusterRoleBinding('system:kube-scheduler', [user('system:kube-scheduler'), serviceAccount('kube-scheduler')]),
  clusterRoleBinding('system:volume-scheduler', [user('system:kube-scheduler'), serviceAccount('kube-scheduler')]),
  ...CONTROLLER_ROLES.map(({ name }) => clusterRoleBinding(name, [serviceAccount(name.split(':')[2]!)])),
];

/** Subjects that an earlier Kedge bound, by ClusterRoleBinding: they are taken away from clusters that have them. */
export const WITHDRAWN_SUBJECTS: ReadonlyMap<string, readonly Subject[]> = new Map([
  ['system:node', [group('system:nodes')]],
]);

const AUTHENTICATION_READER = 'extension-apiserver-authentication-reader';
const LEADER_LOCKING = ['kube-controller-manager', 'kube-scheduler'] as const;

export const ROLES_POLICY: readonly Role[] = [
  role('kube-system', AUTHENTICATION_READER, [allow(READ, 'core', 'configmaps', 'extension-apiserver-authentication')]),
  role('kube-system', 'system:controller:bootstrap-signer', [allow(READ, 'core', 'secrets')]),
  role('kube-system', 'system:controller:token-cleaner', [allow('get list watch delete', 'core', 'secrets'), EVENTS]),
  role('kube-public', 'system:controller:bootstrap-signer', [
    allow(READ, 'core', 'configmaps'),
    allow('update', 'core', 'configmaps', 'cluster-info'),
    EVENTS,
  ]),
  ...LEADER_LOCKING.map((name) =>
    role('kube-system', `system::leader-locking-${name}`, [
      allow('watch', 'core', 'configmaps'),
      allow('get update', 'core', 'configmaps', name),
    ]),
  ),
];

export const ROLE_BINDINGS_POLICY: readonly RoleBinding[] = [
  roleBinding('kube-system', 'system::extension-apiserver-authentication-reader', AUTHENTICATION_READER, [
    user('system:kube-controller-manager'),
    user('system:kube-scheduler'),
  ]),
  roleBinding('kube-system', 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', [
    serviceAccount('bootstrap-signer'),
  ]),
  roleBinding('kube-system', 'system:controller:token-cleaner', 'system:controller:token-cleaner', [
    serviceAccount('token-cleaner'),
  ]),
  roleBinding('kube-public', 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', [
    serviceAccount('bootstrap-signer'),
  ]),
  ...LEADER_LOCKING.map((name) =>
    roleBinding('kube-system', `system::leader-locking-${name}`, `system::leader-locking-${name}`, [
      user(`system:${name}`),
      serviceAccount(name),
    ]),
  ),
];
