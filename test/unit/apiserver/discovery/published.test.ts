import { expect, test } from 'vitest';
import { compareVersions, groupsOf } from '../../../../src/apiserver/discovery/published.ts';

test('versions are ordered stable, beta, alpha, then by number', () => {
  const versions = ['v1alpha1', 'v1', 'v10', 'v2', 'v2beta1', 'v1beta2', 'foo'];
  expect(versions.sort(compareVersions)).toEqual(['v10', 'v2', 'v1', 'v2beta1', 'v1beta2', 'v1alpha1', 'foo']);
});

test('groups are in the given order, others by name after them', () => {
  const resource = (group: string) => ({
    group,
    version: 'v1',
    kind: 'X',
    resource: 'xs',
    singular: 'x',
    namespaced: true,
  });
  const groups = groupsOf(['zoo.example', 'events.k8s.io', 'acme.example', 'apps', ''].map(resource), [
    '',
    'apps',
    'batch',
    'events.k8s.io',
  ]);
  expect(groups.map(({ group }) => group)).toEqual(['', 'apps', 'events.k8s.io', 'acme.example', 'zoo.example']);
});
