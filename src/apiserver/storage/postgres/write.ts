import type { Database } from '../../../db/connection.ts';
import type { Write, WriteOutcome } from '../contract.ts';
import { TenantNotFoundError } from '../errors.ts';
import { storable } from './storable.ts';

/** One round trip for any number of writes; see migrations/0002_write_function.sql for what happens inside. */
export async function write(db: Database, tenant: string, writes: readonly Write[]): Promise<WriteOutcome[]> {
  if (writes.length === 0) return [];
  const json = JSON.stringify(writes.map(acceptable));
  const [row] = await db.query('objects.write', (sql) => {
    return sql<{ outcomes: WriteOutcome[] | null }[]>`select kedge_write(${tenant}, ${json}::text::json) as outcomes`;
  });
  if (row?.outcomes == null) throw new TenantNotFoundError(tenant);
  return row.outcomes;
}

/**
 * Field values are free text (an Event's reason), but jsonb takes neither NUL nor half a surrogate pair: there they
 * become U+FFFD, which only a field selector could notice. The body is text, where both are escape sequences.
 */
function acceptable(each: Write): Write {
  if (each.op === 'delete') return each;
  const { labels, fields, owners } = each;
  return {
    ...each,
    labels: mapValues(labels, storable),
    fields: mapValues(fields, storable),
    owners: owners.map(storable),
  };
}

function mapValues(record: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [map(key), map(value)]));
}
