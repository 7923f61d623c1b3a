/**
 * No one grants what they do not hold: RBAC writes are checked against the writer's own rules, as upstream's
 * policybased role and binding storages do. `escalate` on roles and `bind` on a role are the exemptions.
 */
import { CLUSTER_ROLES, ROLES } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { forbidden } from '../../meta/field-error.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { Authorizer } from '../authz/contract.ts';
import { CoverageLimitError, type Uncovered, uncovered } from '../authz/coverage.ts';
import type { RuleResolver } from '../authz/rbac.ts';
import type { RoleReference } from '../authz/rbac-snapshot.ts';
import { compactRules, describeRule, type PolicyRule, quoteAll } from '../authz/rules.ts';
import { MASTERS } from '../request/user.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** A message of a thousand missing rights helps nobody; a million steps took 0.1 s. */
const LIMITS = { found: 1000, steps: 1_000_000 };

interface RoleLike {
  rules?: PolicyRule[];
  aggregationRule?: unknown;
  roleRef?: RoleReference;
  subjects?: unknown[];
}

export function rbacEscalationCheck(authorizer: Authorizer, resolver: RuleResolver): AdmissionPlugin {
  async function allowed(request: AdmissionRequest, verb: string, resource: string, name: string): Promise<boolean> {
    const { decision } = await authorizer.authorize({
      tenant: request.tenant,
      user: request.user,
      request: {
        verb,
        isResourceRequest: true,
        path: '',
        group: GROUP,
        version: 'v1',
        namespace: request.namespace,
        resource,
        subresource: '',
        name,
      },
    });
    return decision === 'allow';
  }

  async function confirmHeld(request: AdmissionRequest, rules: readonly PolicyRule[]): Promise<void> {
    const held = await resolver.rulesFor(request.tenant, request.user, request.namespace);
    const { atoms, more } = compare(request, held.rules, rules);
    if (atoms.length === 0) return;
    const { name, groups } = request.user;
    const lines = [...new Set(compactRules(atoms).map(describeRule))].sort().join('\n') + (more ? '\n...' : '');
    const faults = held.faults.length === 0 ? '' : `; resolution errors: [${held.faults.join(' ')}]`;
    throw StatusError.forbidden(
      request.definition,
      request.name,
      `user ${JSON.stringify(name)} (groups=${quoteAll(groups)}) is attempting to grant RBAC permissions not currently held:\n${lines}${faults}`,
    );
  }

  async function checkRole(request: AdmissionRequest, role: RoleLike, old: RoleLike | undefined): Promise<void> {
    const { resource } = request.definition;
    if (old !== undefined && unchanged(role, old, ['rules', 'aggregationRule'])) return;
    if (await allowed(request, 'escalate', resource, request.name)) return;
    await confirmHeld(request, role.rules ?? []);
    // Whoever sets the selectors takes up whatever rules anyone labels later.
    if (aggregates(role) && (old === undefined || !unchanged(role, old, ['aggregationRule']))) {
      await confirmHeld(request, EVERYTHING);
    }
  }

  async function checkBinding(request: AdmissionRequest, binding: RoleLike, old: RoleLike | undefined): Promise<void> {
    if (old !== undefined && unchanged(binding, old, ['roleRef', 'subjects'])) return;
    const { kind, name } = binding.roleRef!;
    const { resource } = kind === 'Role' ? ROLES : CLUSTER_ROLES;
    if (await allowed(request, 'bind', resource, name)) return;
    await confirmHeld(request, await resolver.rulesOf(request.tenant, { kind, name }, request.namespace));
  }

  return {
    name: 'RBACEscalation',
    handles: (request) =>
      request.definition.group === GROUP &&
      request.subresource === '' &&
      (request.operation === 'CREATE' || request.operation === 'UPDATE'),
    async validate(request) {
      if (request.user.groups.includes(MASTERS)) return;
      const object = request.object as RoleLike;
      const old = request.old as RoleLike | undefined;
      await (object.roleRef === undefined ? checkRole : checkBinding)(request, object, old);
    },
  };
}

/** Throws 422 for rules that take too long to compare: what cannot be checked is not granted. */
function compare(request: AdmissionRequest, held: readonly PolicyRule[], wanted: readonly PolicyRule[]): Uncovered {
  try {
    return uncovered(held, wanted, LIMITS);
  } catch (error) {
    if (!(error instanceof CoverageLimitError)) throw error;
    throw StatusError.invalid(request.definition, request.name, [
      forbidden('rules', `${error.message} with those that the user holds; grant them in several roles`),
    ]);
  }
}

function aggregates(role: RoleLike): boolean {
  return role.aggregationRule !== undefined && role.aggregationRule !== null;
}

function unchanged(object: RoleLike, old: RoleLike, fields: readonly (keyof RoleLike)[]): boolean {
  return fields.every((field) => semanticEqual(object[field], old[field]));
}
