/** How the rbac kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules } from '../merge-rules.ts';

export const rbacMergeRules: MergeRules = inPackage(
  'io.k8s.api.rbac.v1',
  {
    AggregationRule: {
      clusterRoleSelectors: atomic,
    },
    ClusterRole: {
      rules: atomic,
    },
    ClusterRoleBinding: {
      subjects: atomic,
    },
    PolicyRule: {
      apiGroups: atomic,
      nonResourceURLs: atomic,
      resourceNames: atomic,
      resources: atomic,
      verbs: atomic,
    },
    Role: {
      rules: atomic,
    },
    RoleBinding: {
      subjects: atomic,
    },
  },
  ['RoleRef', 'Subject'],
);
