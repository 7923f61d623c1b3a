import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { builtIn, type Stored } from '../built-in.ts';
import { roleColumns } from './columns.ts';
import { rbacStrategy } from './strategy.ts';
import { validateClusterRole } from './validation/rbac.ts';

export type ClusterRole = Stored<IClusterRole>;

export const clusterRoles = builtIn<ClusterRole>('io.k8s.api.rbac.v1.ClusterRole', {
  resource: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  strategy: { ...rbacStrategy, validate: validateClusterRole },
  columns: roleColumns,
});
