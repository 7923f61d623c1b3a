/** A tenant's roles and bindings, indexed by subject so that a decision looks only at what concerns its user. */
import type { Reader } from '../../client/contract.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  type ClusterRole,
  type ClusterRoleBinding,
  ROLE_BINDINGS,
  ROLES,
  type Role,
  type RoleBinding,
} from '../../client/resources.ts';
import { selectorMatches } from '../../meta/selectors.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { UserInfo } from '../request/user.ts';
import type { PolicyRule } from './rules.ts';

/** A binding as seen by one of its subjects. */
export interface Grant {
  rules: readonly PolicyRule[];
  /** The subject and binding, as upstream names them in an allowed request's reason. */
  description: string;
  /** Set when the role does not exist: the grant allows nothing. */
  fault?: string;
}

export interface RoleReference {
  kind: string;
  name: string;
}

export interface RbacSnapshot {
  /** Grants that apply to the user in a namespace ('' for cluster scope): those of ClusterRoleBindings first. */
  grants(user: UserInfo, namespace: string): Iterable<Grant>;
  /** The rules of a role, aggregation resolved. Throws NotFound. `namespace` is the binding's. */
  rulesOf(reference: RoleReference, namespace: string): readonly PolicyRule[];
}

export interface RbacObjects {
  clusterRoles: readonly ClusterRole[];
  clusterRoleBindings: readonly ClusterRoleBinding[];
  roles: readonly Role[];
  roleBindings: readonly RoleBinding[];
}

type Subjects = NonNullable<RoleBinding['subjects']>;
type Index = Map<string, Grant[]>;

/** The whole of a tenant's RBAC objects: four lists. */
export async function readRbacObjects(reader: Reader): Promise<RbacObjects> {
  const [clusterRoles, clusterRoleBindings, roles, roleBindings] = await Promise.all([
    reader.list(CLUSTER_ROLES),
    reader.list(CLUSTER_ROLE_BINDINGS),
    reader.list(ROLES),
    reader.list(ROLE_BINDINGS),
  ]);
  return {
    clusterRoles: clusterRoles.items,
    clusterRoleBindings: clusterRoleBindings.items,
    roles: roles.items,
    roleBindings: roleBindings.items,
  };
}

export function rbacSnapshot(objects: RbacObjects): RbacSnapshot {
  const clusterRoles = new Map(objects.clusterRoles.map((role) => [role.metadata.name!, role]));
  const roles = new Map(objects.roles.map((role) => [`${role.metadata.namespace}/${role.metadata.name}`, role]));
  const aggregated = new Map<string, readonly PolicyRule[]>();

  function rulesOf(reference: RoleReference, namespace: string): readonly PolicyRule[] {
    if (reference.kind === 'Role') {
      const role = roles.get(`${namespace}/${reference.name}`);
      if (role === undefined) throw noSuchRole('role', reference.name);
      return role.rules ?? [];
    }
    const role = clusterRoles.get(reference.name);
    if (reference.kind !== 'ClusterRole' || role === undefined) {
      throw noSuchRole('clusterrole', reference.name);
    }
    let rules = aggregated.get(reference.name);
    if (rules === undefined) {
      rules = aggregateRules(role, objects.clusterRoles);
      aggregated.set(reference.name, rules);
    }
    return rules;
  }

  const everywhere: Index = new Map();
  for (const binding of objects.clusterRoleBindings) {
    addGrants(everywhere, binding, `ClusterRoleBinding "${binding.metadata.name}"`, '');
  }
  const within = new Map<string, Index>();
  for (const binding of objects.roleBindings) {
    const namespace = binding.metadata.namespace!;
    const index: Index = within.get(namespace) ?? new Map();
    within.set(namespace, index);
    addGrants(index, binding, `RoleBinding "${binding.metadata.name}/${namespace}"`, namespace);
  }

  function addGrants(index: Index, binding: ClusterRoleBinding | RoleBinding, label: string, namespace: string): void {
    const { kind, name } = binding.roleRef;
    let rules: readonly PolicyRule[] = [];
    let fault: string | undefined;
    try {
      rules = rulesOf({ kind, name }, namespace);
    } catch (error) {
      fault = (error as Error).message;
    }
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, namespace);
      const description = `${label} of ${kind} "${name}" to ${describeSubject(subject, namespace)}`;
      const grants = index.get(key) ?? [];
      grants.push({ rules, description, ...(fault === undefined ? {} : { fault }) });
      index.set(key, grants);
    }
  }

  return {
    rulesOf,
    *grants(user, namespace) {
      const keys = [`User ${user.name}`, ...user.groups.map((group) => `Group ${group}`)];
      for (const key of keys) yield* everywhere.get(key) ?? [];
      const local = namespace === '' ? undefined : within.get(namespace);
      if (local !== undefined) for (const key of keys) yield* local.get(key) ?? [];
    },
  };
}

/**
 * A ClusterRole's rules. Those of an aggregating role are what its selectors find now, recursively (`admin` aggregates
 * `edit`, which aggregates `view`): decisions need no controller to have run first. Cycles add nothing.
 */
export function aggregateRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const seen = new Set([role.metadata.name]);
  const rules: PolicyRule[] = [];
  const pending = [role];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const selectors = next.aggregationRule?.clusterRoleSelectors;
    if (selectors === undefined) {
      for (const rule of next.rules ?? []) rules.push(rule);
      continue;
    }
    for (const candidate of all) {
      if (seen.has(candidate.metadata.name)) continue;
      if (!selectors.some((selector) => selectorMatches(selector, candidate.metadata.labels))) continue;
      seen.add(candidate.metadata.name);
      pending.push(candidate);
    }
  }
  return rules;
}

/** In the singular, as upstream's informer caches name what they do not find. */
function noSuchRole(resource: 'role' | 'clusterrole', name: string): StatusError {
  return StatusError.notFound({ group: ROLES.group, resource }, name);
}

function subjectKey(subject: Subjects[number], bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${subject.name}`;
  return `User system:serviceaccount:${subject.namespace ?? bindingNamespace}:${subject.name}`;
}

function describeSubject(subject: Subjects[number], bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} "${subject.name}"`;
  return `ServiceAccount "${subject.name}/${subject.namespace ?? bindingNamespace}"`;
}
