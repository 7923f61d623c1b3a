import { describe, expect, it } from 'vitest';
import { clusterRoles } from '../../../../src/apis/rbac/cluster-role.ts';
import { clusterRoleBindings } from '../../../../src/apis/rbac/cluster-role-binding.ts';
import { roleBindings } from '../../../../src/apis/rbac/role-binding.ts';
import { ago, cells, defaulted } from '../support.ts';

const metadata = { name: 'x', namespace: 'default', creationTimestamp: ago(300) };
const GROUP = 'rbac.authorization.k8s.io';

describe('a binding', () => {
  const binding = {
    metadata,
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [
      { kind: 'User', name: 'ann' },
      { kind: 'Group', name: 'ops', apiGroup: GROUP },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'build' },
      { kind: 'User', name: 'bob' },
    ],
  };

  it('is about RBAC’s own group unless it says otherwise', () => {
    const { roleRef, subjects } = defaulted(roleBindings, binding);
    expect(roleRef.apiGroup).toBe(GROUP);
    expect(subjects.map((subject: { apiGroup?: string }) => subject.apiGroup)).toEqual([
      GROUP,
      GROUP,
      undefined,
      GROUP,
    ]);
  });

  it('is printed with its subjects by kind', () => {
    expect(cells(clusterRoleBindings, binding)).toEqual({
      Role: 'ClusterRole/view',
      Age: '5m',
      Users: 'ann, bob',
      Groups: 'ops',
      ServiceAccounts: 'build/ci',
    });
  });
});

describe('a role', () => {
  it('may be named as upstream’s own are', () => {
    expect(clusterRoles.strategy.validateName?.('system:node', false)).toEqual([]);
    expect(clusterRoles.strategy.validateName?.('a/b', false)).toEqual(["may not contain '/'"]);
  });

  it('is printed with when it was made', () => {
    expect(cells(clusterRoles, { metadata })).toEqual({ 'Created At': ago(300) });
  });
});
