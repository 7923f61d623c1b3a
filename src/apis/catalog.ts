import type { AnsweredKind, BodyKind, ResourceCatalog, ResourceDefinition } from '../apiserver/registry/contract.ts';

export interface CatalogKinds {
  stored: readonly ResourceDefinition[];
  answered: readonly AnsweredKind[];
  /** All that are sent and not stored, the answered ones too. */
  bodies: readonly BodyKind[];
  groupOrder: readonly string[];
}

/** Throws when two definitions claim the same resource or kind of a group version. */
export function createCatalog({ stored, answered, bodies, groupOrder }: CatalogKinds): ResourceCatalog {
  const byResource = new Map<string, ResourceDefinition>();
  const byKind = new Map<string, ResourceDefinition>();
  const byAnswered = new Map<string, AnsweredKind>();
  const byBody = new Map<string, BodyKind>();
  for (const definition of stored) {
    add(byResource, definition, definition.resource);
    add(byKind, definition, definition.kind);
  }
  for (const kind of answered) add(byAnswered, kind, kind.resource);
  for (const body of bodies) add(byBody, body, body.kind);
  const all = [...stored];
  return {
    all: () => all,
    answered,
    groupOrder,
    find: (group, version, resource) => byResource.get(keyOf(group, version, resource)),
    findKind: (group, version, kind) => byKind.get(keyOf(group, version, kind)),
    findAnswered: (group, version, resource) => byAnswered.get(keyOf(group, version, resource)),
    body(group, version, kind) {
      const found = byBody.get(keyOf(group, version, kind));
      if (found === undefined) throw new Error(`${keyOf(group, version, kind)} is not a kind of bodies`);
      return found;
    },
  };
}

function add<T extends { group: string; version: string }>(index: Map<string, T>, each: T, name: string): void {
  const key = keyOf(each.group, each.version, name);
  if (index.has(key)) throw new Error(`${key} is registered twice`);
  index.set(key, each);
}

function keyOf(group: string, version: string, name: string): string {
  return `${group}/${version}/${name}`;
}
