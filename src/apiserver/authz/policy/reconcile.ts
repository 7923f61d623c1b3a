/** Brings the default policy of a cluster up to date at start, as upstream's rbac/bootstrap-roles hook does. */
import type { Client, ResourceRef } from '../../../client/contract.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  type ClusterRole,
  NAMESPACES,
  ROLE_BINDINGS,
  ROLES,
  type Role,
  type RoleBinding,
} from '../../../client/resources.ts';
import { semanticEqual } from '../../../meta/equal.ts';
import type { KubeObject } from '../../../meta/object.ts';
import { isStatus } from '../../../meta/status-error.ts';
import { uncovered } from '../coverage.ts';
import { compactRules } from '../rules.ts';
import {
  AUTOUPDATE,
  CLUSTER_ROLE_BINDINGS_POLICY,
  CLUSTER_ROLES_POLICY,
  ROLE_BINDINGS_POLICY,
  ROLES_POLICY,
  WITHDRAWN_SUBJECTS,
} from './bootstrap.ts';

type AnyRole = (Role | ClusterRole) & { aggregationRule?: unknown };
type Subject = NonNullable<RoleBinding['subjects']>[number];
type AnyBinding = Pick<RoleBinding, 'metadata' | 'roleRef' | 'subjects'>;

const MAX_TRIES = 5;

/**
 * Creates what is missing of the default policy, and adds missing rules, subjects, labels and annotations to what is
 * there; what an administrator added stays. Subjects that an earlier Kedge bound may be withdrawn. Objects annotated autoupdate "false" are left alone. A binding to another
 * role is made anew, because roleRef cannot change. Returns how many objects it wrote. `client` must act as system:masters.
 */
export async function reconcileBootstrapPolicy(client: Client): Promise<number> {
  let written = 0;
  for (const namespace of new Set(ROLES_POLICY.map((role) => role.metadata.namespace!))) {
    await ensureNamespace(client, namespace);
  }
  written += await reconcileAll(client, CLUSTER_ROLES, CLUSTER_ROLES_POLICY, mergeRole);
  written += await reconcileAll(client, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS_POLICY, (existing, wanted) => {
    const withdrawn = WITHDRAWN_SUBJECTS.get(wanted.metadata.name ?? '') ?? [];
    return mergeBinding(existing, wanted, withdrawn);
  });
  written += await reconcileAll(client, ROLES, ROLES_POLICY, mergeRole);
  written += await reconcileAll(client, ROLE_BINDINGS, ROLE_BINDINGS_POLICY, (existing, wanted) =>
    mergeBinding(existing, wanted),
  );
  return written;
}

async function ensureNamespace(client: Client, name: string): Promise<void> {
  if ((await client.find(NAMESPACES, '', name)) !== undefined) return;
  try {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
}

/** One list, and one write for each object that differs. */
async function reconcileAll<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  policy: readonly T[],
  merge: (existing: T, wanted: T) => T | 'replace',
): Promise<number> {
  const { items } = await client.list(resource);
  const existing = new Map(items.map((item) => [`${item.metadata.namespace ?? ''}/${item.metadata.name}`, item]));
  let written = 0;
  for (const wanted of policy) {
    const namespace = wanted.metadata.namespace ?? '';
    const known = existing.get(`${namespace}/${wanted.metadata.name}`);
    if (await reconcileOne(client, resource, wanted, known, merge)) written++;
  }
  return written;
}

/** Several replicas start at once, so a write that another made first is looked at again. */
async function reconcileOne<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  wanted: T,
  known: T | undefined,
  merge: (existing: T, wanted: T) => T | 'replace',
): Promise<boolean> {
  const { name = '', namespace = '' } = wanted.metadata;
  let existing = known;
  for (let tries = 1; ; tries++) {
    try {
      if (existing === undefined) {
        await client.create(resource, structuredClone(wanted));
        return true;
      }
      if (existing.metadata.annotations?.[AUTOUPDATE] === 'false') return false;
      const merged = merge(existing, wanted);
      if (merged !== 'replace') {
        if (semanticEqual(merged, existing)) return false;
        await client.update(resource, merged);
        return true;
      }
      const { uid } = existing.metadata;
      await client.delete(resource, namespace, name, uid === undefined ? {} : { preconditions: { uid } });
    } catch (error) {
      const raced = isStatus(error, 'Conflict') || isStatus(error, 'AlreadyExists') || isStatus(error, 'NotFound');
      if (!raced || tries >= MAX_TRIES) throw error;
    }
    existing = await client.find(resource, namespace, name);
  }
}

function mergeRole<T extends AnyRole>(existing: T, wanted: T): T {
  const missing = wanted.aggregationRule === undefined ? uncovered(existing.rules ?? [], wanted.rules ?? []).atoms : [];
  return {
    ...existing,
    metadata: mergeMetadata(existing, wanted),
    ...(missing.length === 0 ? {} : { rules: [...(existing.rules ?? []), ...compactRules(missing)] }),
    ...(wanted.aggregationRule === undefined
      ? {}
      : { aggregationRule: mergeSelectors(existing.aggregationRule, wanted.aggregationRule) }),
  };
}

function mergeSelectors(existing: unknown, wanted: unknown): unknown {
  type Rule = { clusterRoleSelectors?: unknown[] } | undefined;
  const held = (existing as Rule)?.clusterRoleSelectors ?? [];
  const missing = ((wanted as Rule)?.clusterRoleSelectors ?? []).filter(
    (selector) => !held.some((each) => semanticEqual(each, selector)),
  );
  return { clusterRoleSelectors: [...held, ...missing] };
}

function mergeBinding<T extends AnyBinding>(existing: T, wanted: T, withdrawn: readonly Subject[] = []): T | 'replace' {
  const { kind, name } = existing.roleRef;
  if (kind !== wanted.roleRef.kind || name !== wanted.roleRef.name) return 'replace';
  const held = (existing.subjects ?? []).filter((subject) => !includesSubject(withdrawn, subject));
  const missing = (wanted.subjects ?? []).filter((subject) => !includesSubject(held, subject));
  const changes = missing.length > 0 || held.length < (existing.subjects ?? []).length;
  return {
    ...existing,
    metadata: mergeMetadata(existing, wanted),
    ...(changes ? { subjects: [...held, ...missing] } : {}),
  };
}

function includesSubject(subjects: readonly Subject[], { kind, name, namespace = '' }: Subject): boolean {
  return subjects.some((each) => each.kind === kind && each.name === name && (each.namespace ?? '') === namespace);
}

/** What is there wins over the default's value. */
function mergeMetadata(existing: KubeObject, wanted: KubeObject): KubeObject['metadata'] {
  return {
    ...existing.metadata,
    labels: { ...wanted.metadata.labels, ...existing.metadata.labels },
    annotations: { ...wanted.metadata.annotations, ...existing.metadata.annotations },
  };
}
