/** Constant defaults of the RBAC kinds. Those that depend on the kind of a subject: strategy.ts. */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const rbacDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.rbac.v1', {
  // Upstream's Go types hold a struct and no pointer: it is always there.
  ClusterRoleBinding: { roleRef: {} },
  RoleBinding: { roleRef: {} },
  RoleRef: { apiGroup: 'rbac.authorization.k8s.io' },
});
