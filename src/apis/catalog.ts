import type { ResourceCatalog, ResourceDefinition } from '../apiserver/registry/contract.ts';

/** Throws when two definitions claim the same resource or kind of a group version. */
export function createCatalog(definitions: readonly ResourceDefinition[]): ResourceCatalog {
  const byResource = new Map<string, ResourceDefinition>();
  const byKind = new Map<string, ResourceDefinition>();
  for (const definition of definitions) {
    add(byResource, definition, definition.resource);
    add(byKind, definition, definition.kind);
  }
  const all = [...definitions];
  return {
    all: () => all,
    find: (group, version, resource) => byResource.get(`${group}/${version}/${resource}`),
    findKind: (group, version, kind) => byKind.get(`${group}/${version}/${kind}`),
  };
}

function add(index: Map<string, ResourceDefinition>, definition: ResourceDefinition, name: string): void {
  const key = `${definition.group}/${definition.version}/${name}`;
  if (index.has(key)) throw new Error(`${key} is registered twice`);
  index.set(key, definition);
}
