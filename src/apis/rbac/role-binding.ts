import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { builtIn, type Stored } from '../built-in.ts';
import { bindingColumns } from './columns.ts';
import { defaultBinding, rbacStrategy } from './strategy.ts';
import { validateRoleBinding, validateRoleBindingUpdate } from './validation/rbac.ts';

export type RoleBinding = Stored<IRoleBinding>;

const DEFINITION = 'io.k8s.api.rbac.v1.RoleBinding';

export const roleBindings = builtIn<RoleBinding>(DEFINITION, {
  resource: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  strategy: {
    ...rbacStrategy,
    default: defaultBinding,
    validate: validateRoleBinding,
    validateUpdate: validateRoleBindingUpdate,
  },
  columns: bindingColumns(DEFINITION),
});
