/** Places for running keys, split among the tenants that want some. */
import type { Share } from './queue.ts';

/**
 * At most `room` places for these tenants, the first of them first: as equal as numbers allow, and at least one each as
 * far as there are places. `running` tells how many a tenant has of `all`, which counts towards its share.
 */
export function sharesOf(
  tenants: readonly string[],
  room: number,
  all = room,
  running: (tenant: string) => number = () => 0,
): Share[] {
  const fair = Math.max(1, Math.ceil(all / Math.max(1, tenants.length)));
  const shares: Share[] = [];
  let left = room;
  for (const tenant of tenants) {
    const limit = Math.min(left, fair - running(tenant));
    if (limit <= 0) continue;
    shares.push({ tenant, limit });
    left -= limit;
  }
  return shares;
}
