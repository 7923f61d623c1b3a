import { describe, expect, test } from 'vitest';
import {
  validateClusterRole,
  validateClusterRoleBinding,
  validateRole,
  validateRoleBinding,
  validateRoleBindingUpdate,
} from '../../../../../src/apis/rbac/validation/rbac.ts';
import { rendered } from '../../core/validation/pods.ts';

const apiGroup = 'rbac.authorization.k8s.io';

describe('a rule', () => {
  test.each([
    [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }, []],
    [
      { verbs: [], apiGroups: [''], resources: ['pods'] },
      ['verbs: Required value: verbs must contain at least one value'],
    ],
    [
      { verbs: ['get'], resources: ['pods'] },
      ['apiGroups: Required value: resource rules must supply at least one api group'],
    ],
    [
      { verbs: ['get'], apiGroups: [''] },
      ['resources: Required value: resource rules must supply at least one resource'],
    ],
    [
      { verbs: ['get'], nonResourceURLs: ['/x'] },
      ['nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
    ],
  ])('of a Role, %j, gives %j', (rule, messages) => {
    expect(rendered(validateRole({ rules: [rule] }))).toEqual(messages.map((message) => `rules[0].${message}`));
  });

  test('of a ClusterRole may be about URLs, and then about nothing else', () => {
    const rule = { verbs: ['get'], nonResourceURLs: ['/metrics'] };
    expect(rendered(validateClusterRole({ rules: [rule] }))).toEqual([]);
    expect(rendered(validateClusterRole({ rules: [{ ...rule, resources: ['pods'] }] }))).toEqual([
      'rules[0].nonResourceURLs: Invalid value: ["/metrics"]: rules cannot apply to both regular resources and non-resource URLs',
    ]);
  });
});

test('an aggregated ClusterRole selects something', () => {
  const selector = { matchLabels: { a: 'b' } };
  expect(rendered(validateClusterRole({ aggregationRule: { clusterRoleSelectors: [selector] } }))).toEqual([]);
  expect(rendered(validateClusterRole({ aggregationRule: {} }))).toEqual([
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ]);
});

describe('a binding', () => {
  const roleRef = { apiGroup, kind: 'Role', name: 'reader' };

  test.each([
    [roleRef, []],
    [
      { ...roleRef, apiGroup: '' },
      ['roleRef.apiGroup: Unsupported value: "": supported values: "rbac.authorization.k8s.io"'],
    ],
    [
      { ...roleRef, kind: 'Group' },
      ['roleRef.kind: Unsupported value: "Group": supported values: "Role", "ClusterRole"'],
    ],
    [{ ...roleRef, name: '' }, ['roleRef.name: Required value']],
    [{ ...roleRef, name: 'a/b' }, ['roleRef.name: Invalid value: "a/b": may not contain \'/\'']],
  ])('to %j gives %j', (reference, messages) => {
    expect(rendered(validateRoleBinding({ roleRef: reference }))).toEqual(messages);
  });

  test('of the whole cluster is to a ClusterRole', () => {
    expect(rendered(validateClusterRoleBinding({ roleRef }))).toEqual([
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    ]);
  });

  test.each([
    [{ kind: 'ServiceAccount', name: 'a' }, []],
    [{ kind: 'User', name: 'a', apiGroup }, []],
    [
      { kind: 'ServiceAccount', name: 'a', apiGroup },
      ['apiGroup: Unsupported value: "rbac.authorization.k8s.io": supported values: ""'],
    ],
    [
      { kind: 'User', name: '', apiGroup },
      ['name: Required value', 'name: Invalid value: "": user name cannot be empty'],
    ],
    [{ kind: 'Group', name: 'a' }, ['apiGroup: Unsupported value: "": supported values: "rbac.authorization.k8s.io"']],
    [
      { kind: 'Robot', name: 'a' },
      ['kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
    ],
  ])('of %j gives %j', (subject, messages) => {
    expect(rendered(validateRoleBinding({ roleRef, subjects: [subject] }))).toEqual(
      messages.map((message) => `subjects[0].${message}`),
    );
  });

  test('of a service account in the whole cluster names its namespace', () => {
    const subjects = [{ kind: 'ServiceAccount', name: 'a' }];
    expect(rendered(validateClusterRoleBinding({ roleRef: { ...roleRef, kind: 'ClusterRole' }, subjects }))).toEqual([
      'subjects[0].namespace: Required value',
    ]);
  });

  test('keeps its role', () => {
    expect(rendered(validateRoleBindingUpdate({ roleRef: { ...roleRef, name: 'admin' } }, { roleRef }))).toEqual([
      'roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"admin"}: cannot change roleRef',
    ]);
  });
});
