import { setTimeout as sleep } from 'node:timers/promises';
import { RBAC_RESOURCES, type RbacAuthorizer } from '../../apiserver/authz/rbac.ts';
import type { Log } from '../../apiserver/handlers/deps.ts';
import type { ChangeFeed, Store } from '../../apiserver/storage/contract.ts';

export interface FollowRolesOptions {
  tenant: string;
  store: Pick<Store, 'revision'>;
  feed: ChangeFeed;
  rbac: Pick<RbacAuthorizer, 'invalidate'>;
  log: Log;
}

const AGAIN_AFTER_MS = 1_000;

/**
 * Lets changed roles and bindings count as soon as the feed shows them, instead of when the authorizer's copy runs out.
 * Runs until `signal` aborts; an outage is waited out, and then everything counts as changed.
 */
export async function followRoles(options: FollowRolesOptions, signal: AbortSignal): Promise<void> {
  const { tenant, store, feed, rbac, log } = options;
  while (!signal.aborted) {
    try {
      const revision = await store.revision(tenant);
      rbac.invalidate(tenant);
      for await (const { changes } of feed.after(tenant, revision, signal)) {
        if (changes.some((change) => RBAC_RESOURCES.includes(change.resource))) rbac.invalidate(tenant);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ error }, 'roles are not followed for a moment');
      await sleep(AGAIN_AFTER_MS, undefined, { signal }).catch(() => {});
    }
  }
}
