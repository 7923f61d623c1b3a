import { createDiscovery, type DiscoveryDocuments } from '../discovery/documents.ts';
import type { BodyKind, ResourceDefinition } from '../registry/contract.ts';
import { storedResource } from '../registry/stored-form.ts';
import type { ApiSurface, Served, SurfaceEnd } from './contract.ts';
import { NEVER } from './end.ts';
import type { SurfaceKinds } from './kinds.ts';

/** Throws when two kinds claim the same resource or kind of a group version. */
export function createSurface(kinds: SurfaceKinds, gitVersion: string, end: SurfaceEnd = NEVER): ApiSurface {
  const served = new Map<string, Served>();
  const byKind = new Map<string, ResourceDefinition>();
  const bodies = new Map<string, BodyKind>();
  const sharing = new Map<string, ResourceDefinition[]>();
  for (const definition of kinds.stored) {
    add(served, definition, definition.resource, { by: 'store', definition });
    add(byKind, definition, definition.kind, definition);
    const resource = storedResource(definition);
    const others = sharing.get(resource);
    if (others === undefined) sharing.set(resource, [definition]);
    else others.push(definition);
  }
  for (const kind of kinds.answered) add(served, kind, kind.resource, { by: 'answer', kind });
  for (const kind of kinds.bodies) add(bodies, kind, kind.kind, kind);
  const remote = new Map<string, Served>();
  for (const api of kinds.remote) add(remote, api, '', { by: 'remote', api });

  const sharingOf = new Map([...sharing.values()].flatMap((all) => all.map((each) => [each, all] as const)));
  const storedForms = new Map(
    [...sharing].map(([resource, all]) => [resource, all.find((each) => each.fromStored === undefined) ?? all[0]]),
  );
  const serving = (group: string, version: string, resource: string) =>
    served.get(keyOf(group, version, resource)) ?? remote.get(keyOf(group, version, ''));
  let discovery: DiscoveryDocuments | undefined;
  return {
    ...kinds,
    serving,
    find(group, version, resource) {
      const found = serving(group, version, resource);
      return found?.by === 'store' ? found.definition : undefined;
    },
    findKind: (group, version, kind) => byKind.get(keyOf(group, version, kind)),
    body(group, version, kind) {
      const found = bodies.get(keyOf(group, version, kind));
      if (found === undefined) throw new Error(`${keyOf(group, version, kind)} is not a kind of bodies`);
      return found;
    },
    storedForm: (groupResource) => storedForms.get(groupResource),
    sharing: (definition) => sharingOf.get(definition) ?? [definition],
    get discovery() {
      discovery ??= createDiscovery(kinds, gitVersion);
      return discovery;
    },
    end,
  };
}

function add<T>(index: Map<string, T>, at: { group: string; version: string }, name: string, value: T): void {
  const key = keyOf(at.group, at.version, name);
  if (index.has(key)) throw new Error(`${key} is registered twice`);
  index.set(key, value);
}

function keyOf(group: string, version: string, name: string): string {
  return `${group}/${version}/${name}`;
}
