import type { Database } from '../../../db/connection.ts';
import { TenantNotFoundError } from '../errors.ts';

/**
 * Makes the tenant unless it is there; its settings are left as they are then. Returns its settings and uid. Revisions
 * begin at 1, because resourceVersion 0 means "any" in the API.
 */
export async function ensureTenant(
  db: Database,
  id: string,
  settings: Record<string, unknown> = {},
): Promise<{ uid: string; settings: Record<string, unknown>; created: boolean }> {
  const [row] = await db.query('tenants.ensure', (sql) => {
    return sql<{ uid: string; settings: Record<string, unknown>; created: boolean }[]>`
      with made as (
        insert into tenants (id, settings) values (${id}, ${JSON.stringify(settings)}::text::jsonb)
        on conflict (id) do nothing returning uid, settings
      )
      select uid, settings, true as created from made
      union all
      select uid, settings, false from tenants where id = ${id}`;
  });
  // The other starter committed between this statement's snapshot and its conflict: it is there now.
  return row ?? ensureTenant(db, id, settings);
}

/** What the tenant was made with. Throws TenantNotFoundError. */
export async function readTenantSettings(db: Database, id: string): Promise<Record<string, unknown>> {
  const [row] = await db.query('tenants.settings', (sql) => {
    return sql<{ settings: Record<string, unknown> }[]>`select settings from tenants where id = ${id}`;
  });
  if (row === undefined) throw new TenantNotFoundError(id);
  return row.settings;
}
