import { isStatus } from '../../meta/status-error.ts';
import type { DeleteOptions, ListOptions } from '../request/options.ts';
import type { RegistryDeps, Scope } from './context.ts';
import { deleteFrom } from './delete.ts';
import { type Listing, list } from './list.ts';

/** Deletions under way at once: enough for the store to commit them in groups. */
const CONCURRENCY = 16;

/** Deletes everything that the list options select, and returns what that was. Objects that go meanwhile are no error. */
export async function deleteCollection(
  deps: RegistryDeps,
  scope: Scope,
  listOptions: ListOptions,
  options: DeleteOptions,
): Promise<Listing> {
  const listing = await list(deps, scope, listOptions);
  const queue = listing.items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      const itemScope: Scope = { ...scope, namespace: item.namespace };
      try {
        await deleteFrom(deps, itemScope, item, options);
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, listing.items.length) }, worker));
  return listing;
}
