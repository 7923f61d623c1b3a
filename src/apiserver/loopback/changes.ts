import type { ChangeReader, LoggedChange } from '../../client/contract.ts';
import { parseBody } from '../storage/body.ts';
import type { Store } from '../storage/contract.ts';
import { RevisionExpiredError } from '../storage/errors.ts';

/** Changes in a row that are read at once. */
const PAGE = 1000;

export function createChangeReader(store: Store, tenant: string): ChangeReader {
  return {
    async since(revision, resources) {
      const changes: LoggedChange[] = [];
      let through = revision;
      try {
        for (;;) {
          const page = await store.changes(tenant, through, PAGE, resources);
          through = page.through;
          for (const { resource, namespace, name, type, current } of page.changes) {
            changes.push({ resource, namespace, name, type, object: parseBody(current) });
          }
          if (page.changes.length < PAGE) return { changes, through };
        }
      } catch (error) {
        if (error instanceof RevisionExpiredError) return undefined;
        throw error;
      }
    },
  };
}
