import type { BuiltInGroup } from '../group.ts';
import { clusterRoles } from './cluster-role.ts';
import { clusterRoleBindings } from './cluster-role-binding.ts';
import { rbacDefaults } from './defaults.ts';
import { rbacMergeRules } from './merge.ts';
import { roles } from './role.ts';
import { roleBindings } from './role-binding.ts';

export const rbac: BuiltInGroup = {
  group: 'rbac.authorization.k8s.io',
  resources: [clusterRoleBindings, clusterRoles, roleBindings, roles],
  mergeRules: [rbacMergeRules],
  defaults: [rbacDefaults],
};
