import type { BodyKind, ResourceCatalog, ResourceDefinition } from '../apiserver/registry/contract.ts';
import { bodyKinds } from './body-kinds.ts';

/** Throws when two definitions claim the same resource or kind of a group version. */
export function createCatalog(
  definitions: readonly ResourceDefinition[],
  bodies: readonly BodyKind[] = bodyKinds,
): ResourceCatalog {
  const byResource = new Map<string, ResourceDefinition>();
  const byKind = new Map<string, ResourceDefinition>();
  const byBody = new Map<string, BodyKind>();
  for (const definition of definitions) {
    add(byResource, definition, definition.resource);
    add(byKind, definition, definition.kind);
  }
  for (const body of bodies) add(byBody, body, body.kind);
  const all = [...definitions];
  return {
    all: () => all,
    find: (group, version, resource) => byResource.get(keyOf(group, version, resource)),
    findKind: (group, version, kind) => byKind.get(keyOf(group, version, kind)),
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
