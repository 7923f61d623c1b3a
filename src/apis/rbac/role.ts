import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { builtIn, type Stored } from '../built-in.ts';
import { roleColumns } from './columns.ts';
import { rbacStrategy } from './strategy.ts';
import { validateRole } from './validation/rbac.ts';

export type Role = Stored<IRole>;

export const roles = builtIn<Role>('io.k8s.api.rbac.v1.Role', {
  resource: 'roles',
  singular: 'role',
  namespaced: true,
  strategy: { ...rbacStrategy, validate: validateRole },
  columns: roleColumns,
});
