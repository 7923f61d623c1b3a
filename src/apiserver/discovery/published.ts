/** What discovery tells of each resource. */
import type { ResourceDefinition } from '../registry/contract.ts';

/** A stored resource, or a kind that is only answered (reviews). */
export type PublishedResource = Pick<
  ResourceDefinition,
  'group' | 'version' | 'kind' | 'resource' | 'singular' | 'shortNames' | 'categories' | 'namespaced' | 'verbs'
> &
  Partial<Pick<ResourceDefinition, 'listKind' | 'subresources'>>;

export interface PublishedSubresource {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export function verbsOf(resource: PublishedResource): readonly string[] {
  return resource.verbs === undefined ? ALL_VERBS : [...resource.verbs].sort();
}

export function subresourcesOf(resource: PublishedResource): PublishedSubresource[] {
  const { group, version, kind } = resource;
  return Object.entries(resource.subresources ?? {})
    .map(([name, subresource]) => ({
      name,
      group,
      version,
      ...(subresource.by === 'part' ? { kind } : subresource.kind),
      verbs: [...subresource.verbs].sort(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface PublishedGroup {
  group: string;
  /** Preferred first. */
  versions: { version: string; resources: PublishedResource[] }[];
}

/** Groups in `order`, which decides what a short name such as `events` means first; others follow by name. */
export function groupsOf(resources: readonly PublishedResource[], order: readonly string[]): PublishedGroup[] {
  const groups = new Map<string, Map<string, PublishedResource[]>>();
  for (const resource of resources) {
    const versions = groups.get(resource.group) ?? new Map<string, PublishedResource[]>();
    groups.set(resource.group, versions);
    const list = versions.get(resource.version);
    if (list === undefined) versions.set(resource.version, [resource]);
    else list.push(resource);
  }
  const priority = (group: string) => (order.includes(group) ? order.indexOf(group) : order.length);
  return [...groups]
    .sort(([a], [b]) => priority(a) - priority(b) || (a < b ? -1 : 1))
    .map(([group, versions]) => ({
      group,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, list]) => ({
          version,
          resources: list.sort((a, b) => (a.resource < b.resource ? -1 : 1)),
        })),
    }));
}

/** Kubernetes' order of versions: stable before beta before alpha, then the higher number. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  for (let i = 0; i < left.length; i++) {
    const difference = (right[i] as number) - (left[i] as number);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function rank(version: string): [number, number, number] {
  const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (found === null) return [0, 0, 0];
  const stage = found[2] === undefined ? 3 : found[2] === 'beta' ? 2 : 1;
  return [stage, Number(found[1]), Number(found[3] ?? 0)];
}
