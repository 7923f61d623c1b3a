import type { Database } from '../../../db/connection.ts';

const SLOTS = 4;

export interface CompactOptions {
  /** How long a change stays readable at least. */
  retentionSeconds: number;
}

/**
 * Empties the slots of the log whose changes are all older than retention, and begins a new slot when a third of the
 * retention time has gone by, so that a change is kept for one to one and a third of it. Each tenant's `compacted`
 * becomes the newest revision that went, so that 410 is exact. Does nothing to an idle database; concurrent calls are
 * safe. Returns how many slots were emptied.
 */
export async function compact(db: Database, now: Date, options: CompactOptions): Promise<number> {
  const retention = `${options.retentionSeconds} seconds`;
  return db.transaction('changes.compact', async (sql) => {
    // A reader of minutes must not make every other reader queue behind the truncation: try again at the next call.
    await sql`set local lock_timeout = '2s'`;
    // Locked, so that one process at a time compacts. The newest slot is the one being written.
    const slots = await sql<{ slot: number; stale: boolean; full: boolean }[]>`
      select slot,
             lead(began_at) over (order by began_at, slot) <= ${now}::timestamptz - ${retention}::interval as stale,
             began_at <= ${now}::timestamptz - ${retention}::interval / ${SLOTS - 1} as full
      from (select slot, began_at from change_slots for update) locked
      order by began_at desc, slot desc`;
    const [current, ...older] = slots;
    let emptied = 0;
    for (const { slot } of older.filter((each) => each.stale)) {
      const table = sql(`changes_${slot}`);
      const [used] = await sql`select from ${table} limit 1`;
      if (used === undefined) continue;
      await sql`lock table ${table} in access exclusive mode`;
      await sql`
        update tenants set compacted = gone.newest
        from (select tenant, max(revision) as newest from ${table} group by tenant) gone
        where tenants.id = gone.tenant and tenants.compacted < gone.newest`;
      await sql`truncate ${table}`;
      emptied++;
    }
    const next = older[older.length - 1]!;
    const [written] = await sql`select from ${sql(`changes_${current!.slot}`)} limit 1`;
    if (current!.full && next.stale && written !== undefined) {
      await sql`update change_slots set began_at = ${now} where slot = ${next.slot}`;
    }
    return emptied;
  });
}
