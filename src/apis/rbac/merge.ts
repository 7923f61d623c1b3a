/** How the rbac kinds merge: what upstream's comments say beyond the tags of Go's fields. */
import { inPackage, type MergeRules } from '../merge-rules.ts';

export const rbacMergeRules: MergeRules = inPackage('io.k8s.api.rbac.v1', {}, ['RoleRef', 'Subject']);
