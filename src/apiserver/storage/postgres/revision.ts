import type { Database } from '../../../db/connection.ts';
import { TenantNotFoundError } from '../errors.ts';

/** The newest committed revision. */
export async function revision(db: Database, tenant: string): Promise<number> {
  const [row] = await db.query('tenants.revision', (sql) => {
    return sql<{ revision: number }[]>`select revision from tenants where id = ${tenant}`;
  });
  if (row === undefined) throw new TenantNotFoundError(tenant);
  return row.revision;
}

/** The newest revisions of several tenants at once; those that do not exist are left out. */
export async function revisions(db: Database, tenants: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query('tenants.revisions', (sql) => {
    return sql<{ id: string; revision: number }[]>`
      select id, revision from tenants where id in (select json_array_elements_text(${JSON.stringify(tenants)}::text::json))`;
  });
  return new Map(rows.map((row) => [row.id, row.revision]));
}
