import type { IClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { builtIn, type Stored } from '../built-in.ts';
import { bindingColumns } from './columns.ts';
import { defaultBinding, rbacStrategy } from './strategy.ts';
import { validateClusterRoleBinding, validateClusterRoleBindingUpdate } from './validation/rbac.ts';

export type ClusterRoleBinding = Stored<IClusterRoleBinding>;

const DEFINITION = 'io.k8s.api.rbac.v1.ClusterRoleBinding';

export const clusterRoleBindings = builtIn<ClusterRoleBinding>(DEFINITION, {
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  strategy: {
    ...rbacStrategy,
    default: defaultBinding,
    validate: validateClusterRoleBinding,
    validateUpdate: validateClusterRoleBindingUpdate,
  },
  columns: bindingColumns(DEFINITION),
});
