/** Discovery as it always was: APIVersions, APIGroupList, APIGroup and APIResourceList. */
import { apiVersionOf } from '../../meta/object.ts';
import { type PublishedGroup, subresourcesOf, verbsOf } from './published.ts';

export function apiVersions(): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

export function apiGroupList(groups: readonly PublishedGroup[]): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.filter(({ group }) => group !== '').map(describeGroup),
  };
}

export function apiGroup(group: PublishedGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) };
}

function describeGroup({ group, versions }: PublishedGroup) {
  const listed = versions.map(({ version }) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions: listed, preferredVersion: listed[0] };
}

export function apiResourceList(group: string, { version, resources }: PublishedGroup['versions'][number]): object {
  const described = resources.flatMap((resource) => [
    {
      name: resource.resource,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: verbsOf(resource),
      ...(resource.shortNames === undefined ? {} : { shortNames: resource.shortNames }),
      ...(resource.categories === undefined ? {} : { categories: resource.categories }),
    },
    ...subresourcesOf(resource).map((subresource) => ({
      name: `${resource.resource}/${subresource.name}`,
      singularName: '',
      namespaced: resource.namespaced,
      ...(subresource.group === group && subresource.version === version
        ? {}
        : { group: subresource.group, version: subresource.version }),
      kind: subresource.kind,
      verbs: subresource.verbs,
    })),
  ]);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: described,
  };
}
