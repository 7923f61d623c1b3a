/** Takes a tenant out of the database, a bounded number of rows at a time. */
import type { Database, Sql } from '../../db/connection.ts';

/** Every table with rows of tenants but `tenants` itself, those first by which somebody could still come in. */
export const TENANT_TABLES = [
  'tokens',
  'signing_keys',
  'work',
  'cursors',
  'heartbeats',
  'claims',
  'changes',
  'objects',
] as const;

const BATCH = 5_000;
/** Tokens and accounts that were just seen as valid are believed for 5 s. */
const BELIEVED_SECONDS = 6;

/**
 * Removes some rows. Returns the seconds after which to call again; undefined when nothing was left, neither of the tenant
 * nor of what a request that began before may have written meanwhile.
 */
export async function removeTenant(db: Database, tenant: string): Promise<number | undefined> {
  const [row] = await db.query('tenants.suspend', (sql) => {
    return sql<{ believed: number }[]>`
      update tenants set suspended_at = coalesce(suspended_at, now()) where id = ${tenant}
      returning ${BELIEVED_SECONDS}::float8 - extract(epoch from now() - suspended_at)::float8 as believed`;
  });
  let removed = 0;
  for (const table of TENANT_TABLES) {
    const rows = await db.query(`${table}.remove`, (sql) => batch(sql, table, tenant));
    if (rows.count >= BATCH) return 0;
    removed += rows.count;
  }
  if (row === undefined) return removed === 0 ? undefined : 1;
  if (row.believed > 0) return row.believed;
  // Writers take the row's lock: after this there is nobody to write.
  await db.query('tenants.remove', (sql) => sql`delete from tenants where id = ${tenant}`);
  return 1;
}

function batch(sql: Sql, table: string, tenant: string) {
  return sql`
    delete from ${sql(table)} where tenant = ${tenant} and (tableoid, ctid) in (
      select tableoid, ctid from ${sql(table)} where tenant = ${tenant} limit ${BATCH})`;
}
