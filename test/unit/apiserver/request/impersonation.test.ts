import { expect, test } from 'vitest';
import { impersonationOf } from '../../../../src/apiserver/request/impersonation.ts';

test('without headers nobody is impersonated', () => {
  expect(impersonationOf(new Headers())).toBeUndefined();
});

test('a user, groups, uid and extras each need to be allowed', () => {
  const found = impersonationOf(
    new Headers([
      ['Impersonate-User', 'jane'],
      ['Impersonate-Group', 'dev'],
      ['Impersonate-Group', 'ops'],
      ['Impersonate-Uid', '42'],
      ['Impersonate-Extra-acme.com%2Fproject', 'p'],
    ]),
  );
  expect(found?.user).toEqual({
    name: 'jane',
    uid: '42',
    groups: ['dev', 'ops', 'system:authenticated'],
    extra: { 'acme.com/project': ['p'] },
  });
  expect(found?.checks.map(({ resource, subresource, name }) => [resource, subresource, name])).toEqual([
    ['users', '', 'jane'],
    ['groups', '', 'dev'],
    ['groups', '', 'ops'],
    ['uids', '', '42'],
    ['userextras', 'acme.com/project', 'p'],
  ]);
});

test('a service account brings its groups and is checked in its namespace', () => {
  const found = impersonationOf(new Headers({ 'impersonate-user': 'system:serviceaccount:ns:sa' }));
  expect(found?.user.groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated']);
  expect(found?.checks).toMatchObject([{ resource: 'serviceaccounts', namespace: 'ns', name: 'sa' }]);
});

test('groups without a user are refused', () => {
  expect(() => impersonationOf(new Headers({ 'impersonate-group': 'system:masters' }))).toThrow(
    'requested impersonation without impersonating a user',
  );
});
