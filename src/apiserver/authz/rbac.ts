import { LRUCache } from 'lru-cache';
import type { Reader } from '../../client/contract.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES } from '../../client/resources.ts';
import { groupResource } from '../../meta/object.ts';
import type { UserInfo } from '../request/user.ts';
import type { Attributes, Authorizer, Decision } from './contract.ts';
import { type RbacSnapshot, type RoleReference, rbacSnapshot, readRbacObjects } from './rbac-snapshot.ts';
import { type PolicyRule, ruleAllows } from './rules.ts';

/** Without `invalidate`, a changed role or binding takes effect within this time. */
export const RBAC_CACHE_SECONDS = 5;
const MAX_TENANTS = 1000;

/** Group-resources whose changes call for `invalidate`. */
export const RBAC_RESOURCES: readonly string[] = [CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, ROLES, ROLE_BINDINGS].map(
  ({ group, resource }) => groupResource(group, resource),
);

export interface HeldRules {
  rules: PolicyRule[];
  /** One message a binding whose role does not exist. */
  faults: string[];
}

/** What the escalation checks and rules reviews ask of RBAC. */
export interface RuleResolver {
  /** All rules a user has in a namespace ('' for cluster scope). */
  rulesFor(tenant: string, user: UserInfo, namespace: string): Promise<HeldRules>;
  /** The rules of a role a binding in `namespace` refers to. Throws NotFound. */
  rulesOf(tenant: string, reference: RoleReference, namespace: string): Promise<readonly PolicyRule[]>;
}

export interface RbacAuthorizer extends Authorizer, RuleResolver {
  /** Forgets a tenant's roles and bindings: call it for each change of RBAC_RESOURCES. */
  invalidate(tenant: string): void;
}

/** Values, never promises, so that what shares one may be wired anew for each request (Workers). */
export type RbacCache = LRUCache<string, RbacSnapshot>;

export interface RbacCacheOptions {
  /** How long roles and bindings are kept; longer where a change feed calls `invalidate`. Default 5. */
  seconds?: number;
  now?(): number;
}

export interface RbacOptions extends RbacCacheOptions {
  /** Reads as someone who may see all roles and bindings, without coming back through this authorizer. */
  reader(tenant: string): Reader;
  /** May be shared by several authorizers. */
  cache?: RbacCache;
}

export function createRbacCache(options: RbacCacheOptions = {}): RbacCache {
  return new LRUCache<string, RbacSnapshot>({
    max: MAX_TENANTS,
    ttl: (options.seconds ?? RBAC_CACHE_SECONDS) * 1000,
    ttlResolution: 0,
    perf: { now: options.now ?? Date.now },
  });
}

/** Allows what a role that is bound to the user allows; has no opinion otherwise, with upstream's reasons. */
export function rbacAuthorizer(options: RbacOptions): RbacAuthorizer {
  const cache = options.cache ?? createRbacCache(options);
  const now = options.now ?? Date.now;
  const pending = new Map<string, Promise<RbacSnapshot>>();

  async function snapshot(tenant: string): Promise<RbacSnapshot> {
    const known = cache.get(tenant) ?? pending.get(tenant);
    if (known !== undefined) return known;
    const start = now();
    const reading = readRbacObjects(options.reader(tenant)).then(rbacSnapshot);
    pending.set(tenant, reading);
    // A read that `invalidate` overtook is neither kept nor thrown away with the one after it.
    const isCurrent = () => pending.get(tenant) === reading;
    try {
      const found = await reading;
      if (isCurrent()) cache.set(tenant, found, { start });
      return found;
    } finally {
      if (isCurrent()) pending.delete(tenant);
    }
  }

  return {
    async authorize({ tenant, user, request }: Attributes): Promise<Decision> {
      const faults: string[] = [];
      const namespace = request.isResourceRequest ? request.namespace : '';
      for (const grant of (await snapshot(tenant)).grants(user, namespace)) {
        if (grant.rules.some((rule) => ruleAllows(rule, request))) {
          return { decision: 'allow', reason: `RBAC: allowed by ${grant.description}` };
        }
        if (grant.fault !== undefined) faults.push(grant.fault);
      }
      return { decision: 'noOpinion', reason: faults.length === 0 ? '' : `RBAC: ${joinFaults(faults)}` };
    },

    async rulesFor(tenant, user, namespace) {
      const rules: PolicyRule[] = [];
      const faults: string[] = [];
      for (const grant of (await snapshot(tenant)).grants(user, namespace)) {
        rules.push(...grant.rules);
        if (grant.fault !== undefined) faults.push(grant.fault);
      }
      return { rules, faults };
    },

    rulesOf: async (tenant, reference, namespace) => (await snapshot(tenant)).rulesOf(reference, namespace),
    invalidate(tenant) {
      cache.delete(tenant);
      pending.delete(tenant);
    },
  };
}

/** Several messages as Go's aggregate error shows them: one alone, more in brackets, repetitions once. */
export function joinFaults(faults: readonly string[]): string {
  const distinct = [...new Set(faults)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}
