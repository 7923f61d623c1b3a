/** Roles and their bindings. */
import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule';
import type { IRoleRef } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleRef';
import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject';
import { deepEqual } from '../../../meta/equal.ts';
import { type FieldError, type FieldPath, invalid, notSupported, path, required } from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { nameIsPathSegment } from '../../../meta/names.ts';
import type { LabelSelector } from '../../../meta/selectors.ts';
import { dns1123Subdomain, invalidEach, present } from '../../core/validation/checks.ts';

const GROUP = 'rbac.authorization.k8s.io';

interface RoleLike {
  rules?: readonly IPolicyRule[];
}

interface ClusterRoleLike extends RoleLike {
  aggregationRule?: { clusterRoleSelectors?: readonly object[] };
}

interface BindingLike {
  roleRef: IRoleRef;
  subjects?: readonly ISubject[];
}

/** For creation and update alike. */
export function validateRole({ rules = [] }: RoleLike): FieldError[] {
  return rules.flatMap((rule, index) => validateRule(path('rules').index(index), rule, { namespaced: true }));
}

/** For creation and update alike. */
export function validateClusterRole({ rules = [], aggregationRule }: ClusterRoleLike): FieldError[] {
  const errors = rules.flatMap((rule, index) => validateRule(path('rules').index(index), rule, { namespaced: false }));
  if (aggregationRule === undefined) return errors;
  const { clusterRoleSelectors = [] } = aggregationRule;
  const at = path('aggregationRule').child('clusterRoleSelectors');
  if (clusterRoleSelectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    errors.push(required(at, detail));
  }
  return [
    ...errors,
    ...clusterRoleSelectors.flatMap((selector, index) =>
      validateLabelSelector(selector as LabelSelector, at.index(index)),
    ),
  ];
}

function validateRule(at: FieldPath, rule: IPolicyRule, { namespaced }: { namespaced: boolean }): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  if (verbs.length === 0) errors.push(required(at.child('verbs'), 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const urls = at.child('nonResourceURLs');
    if (namespaced) {
      errors.push(invalid(urls, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(urls, nonResourceURLs, detail));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(at.child('apiGroups'), 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(at.child('resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}

/** Comes with every update too; see {@link validateRoleBindingUpdate} for what may not change. */
export function validateRoleBinding(binding: BindingLike): FieldError[] {
  return validateBinding(binding, ['Role', 'ClusterRole'], { namespaced: true });
}

export function validateClusterRoleBinding(binding: BindingLike): FieldError[] {
  return validateBinding(binding, ['ClusterRole'], { namespaced: false });
}

/** Whoever may edit a binding may not thereby hand out another role. */
export function validateRoleBindingUpdate({ roleRef }: BindingLike, old: BindingLike): FieldError[] {
  return deepEqual(roleRef, old.roleRef) ? [] : [invalid(path('roleRef'), roleRef, 'cannot change roleRef')];
}

export const validateClusterRoleBindingUpdate = validateRoleBindingUpdate;

function validateBinding(
  { roleRef, subjects = [] }: BindingLike,
  kinds: readonly string[],
  where: { namespaced: boolean },
): FieldError[] {
  const at = path('roleRef');
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  const errors: FieldError[] = [];
  if (apiGroup !== GROUP) errors.push(notSupported(at.child('apiGroup'), apiGroup, [GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported(at.child('kind'), kind, kinds));
  const namePath = at.child('name');
  errors.push(...(name ? invalidEach(namePath, name, () => nameIsPathSegment(name, false)) : [required(namePath)]));
  return [
    ...errors,
    ...subjects.flatMap((subject, index) => validateSubject(path('subjects').index(index), subject, where)),
  ];
}

function validateSubject(at: FieldPath, subject: ISubject, { namespaced }: { namespaced: boolean }): FieldError[] {
  const { kind, name = '', namespace = '', apiGroup = '' } = subject;
  const errors = present(at.child('name'), name);
  const group = at.child('apiGroup');
  switch (kind) {
    case 'ServiceAccount':
      if (name) errors.push(...dns1123Subdomain(at.child('name'), name));
      if (apiGroup) errors.push(notSupported(group, apiGroup, ['']));
      if (!namespaced && !namespace) errors.push(required(at.child('namespace')));
      break;
    case 'User':
    case 'Group':
      if (!name) errors.push(invalid(at.child('name'), name, `${kind.toLowerCase()} name cannot be empty`));
      if (apiGroup !== GROUP) errors.push(notSupported(group, apiGroup, [GROUP]));
      break;
    default:
      errors.push(notSupported(at.child('kind'), kind ?? '', ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}
