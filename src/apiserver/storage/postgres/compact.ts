import type { Database, Sql, Transaction } from '../../../db/connection.ts';

export interface CompactOptions {
  /** How long a change stays readable at least. */
  retentionSeconds: number;
}

/** A slot is written for this part of the retention time, so that with four slots the oldest is past it. */
const SLOTS_PER_RETENTION = 3;

/**
 * Empties the slots of the log whose changes are all older than retention, and begins a new slot when a third of the
 * retention time has gone by, so that a change is kept for one to one and a third of it. Each tenant's `compacted`
 * becomes the newest revision that went, so that 410 is exact. Writes nothing to an idle database; concurrent calls are
 * safe. Returns how many slots were emptied.
 */
export async function compact(db: Database, now: Date, options: CompactOptions): Promise<number> {
  const idle = await db.query('changes.compactable', async (sql) => isNothing(await plan(sql, now, options)));
  if (idle) return 0;
  return db.transaction('changes.compact', async (sql) => {
    // A reader of minutes must not make every other reader queue behind the truncation: try again at the next call.
    await sql`set local lock_timeout = '2s'`;
    // One process at a time compacts.
    await sql`select from change_slots for update`;
    const { stale, next } = await plan(sql, now, options);
    for (const slot of stale) await empty(sql, slot);
    if (next !== undefined) await sql`update change_slots set began_at = ${now} where slot = ${next}`;
    return stale.length;
  });
}

interface Plan {
  /** Slots with changes that are all older than retention. */
  stale: number[];
  /** The slot to write from now on. */
  next: number | undefined;
}

function isNothing({ stale, next }: Plan): boolean {
  return stale.length === 0 && next === undefined;
}

async function plan(sql: Sql | Transaction, now: Date, { retentionSeconds }: CompactOptions): Promise<Plan> {
  const keep = `${retentionSeconds} seconds`;
  const turn = `${retentionSeconds / SLOTS_PER_RETENTION} seconds`;
  // A slot ended when the next one began; the newest is the one being written.
  const slots = await sql<{ slot: number; over: boolean; full: boolean; used: boolean }[]>`
    select slot,
           lead(began_at) over (order by began_at, slot) <= ${now}::timestamptz - ${keep}::interval as over,
           began_at <= ${now}::timestamptz - ${turn}::interval as full,
           exists (select from changes c where c.slot = s.slot) as used
    from change_slots s
    order by began_at desc, slot desc`;
  const [current, ...older] = slots;
  const oldest = older[older.length - 1]!;
  return {
    stale: older.filter((each) => each.over && each.used).map((each) => each.slot),
    next: current!.full && current!.used && oldest.over ? oldest.slot : undefined,
  };
}

/** Truncates a slot and notes what is gone with it; no reader sees one without the other. */
async function empty(sql: Transaction, slot: number): Promise<void> {
  const table = sql(`changes_${slot}`);
  await sql`lock table ${table} in access exclusive mode`;
  await sql`
    update tenants set compacted = gone.newest
    from (select tenant, max(revision) as newest from ${table} group by tenant) gone
    where tenants.id = gone.tenant and tenants.compacted < gone.newest`;
  await sql`truncate ${table}`;
}
