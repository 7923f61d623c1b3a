import type { Client, ResourceRef } from '../client/contract.ts';
import { semanticEqual } from '../meta/equal.ts';
import type { KubeObject } from '../meta/object.ts';
import { isStatus } from '../meta/status-error.ts';

export type WriteResult = 'created' | 'updated' | 'unchanged';

/**
 * Brings one object to the wanted state: reads it, applies `mutate` to a copy (or to `initial` when there is none), and
 * writes only if that changed something, so that a controller never wakes itself. The update is a compare-and-set; a
 * conflict is thrown and retried by the queue. Losing a race to create is answered by updating what is there.
 */
export async function createOrUpdate<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  initial: T,
  mutate: (object: T) => void,
): Promise<WriteResult> {
  const { namespace = '', name = '' } = initial.metadata;
  let found = await client.find(resource, namespace, name);
  if (found === undefined) {
    const created = structuredClone(initial);
    mutate(created);
    try {
      await client.create(resource, created);
      return 'created';
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      found = await client.get(resource, namespace, name);
    }
  }
  const wanted = structuredClone(found);
  mutate(wanted);
  if (semanticEqual(found, wanted)) return 'unchanged';
  await client.update(resource, wanted);
  return 'updated';
}
