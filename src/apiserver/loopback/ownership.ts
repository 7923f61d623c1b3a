import type { Located, OwnershipReader, ResourceRef } from '../../client/contract.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import { parseStored } from '../registry/stored-form.ts';
import { parseBody } from '../storage/body.ts';
import type { Store, StoredObject } from '../storage/contract.ts';
import type { ApiSurface } from '../surface/contract.ts';

export function createOwnershipReader(
  store: Store,
  tenant: string,
  surface: () => Promise<ApiSurface>,
): OwnershipReader {
  /** What this process does not know is told without a way to reach it, never left out: it is there. */
  const located = async (items: readonly StoredObject[]): Promise<Located[]> => {
    const { storedForm } = await surface();
    return items.map((stored) => {
      const definition = storedForm(stored.resource);
      return definition === undefined
        ? { storedAs: stored.resource, resource: undefined, object: parseBody(stored) }
        : { storedAs: stored.resource, resource: refOf(definition), object: parseStored(definition, stored) };
    });
  };
  return {
    async dependents(ownerUid) {
      return located(await store.dependents(tenant, ownerUid));
    },
    async inNamespace(namespace, limit) {
      const { items, more } = await store.inNamespace(tenant, namespace, limit);
      return { items: await located(items), more };
    },
    async resourceOf(apiVersion, kind) {
      const slash = apiVersion.indexOf('/');
      const group = slash === -1 ? '' : apiVersion.slice(0, slash);
      const definition = (await surface()).findKind(group, apiVersion.slice(slash + 1), kind);
      return definition && refOf(definition);
    },
    async resourceNamed(groupResource) {
      const definition = (await surface()).storedForm(groupResource);
      return definition && refOf(definition);
    },
  };
}

function refOf({ group, version, resource, kind, namespaced }: ResourceDefinition): ResourceRef<KubeObject> {
  return { group, version, resource, kind, namespaced };
}
