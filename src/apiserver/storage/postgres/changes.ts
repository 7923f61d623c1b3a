import type { Database } from '../../../db/connection.ts';
import type { Change, ChangePage, ChangeType } from '../contract.ts';
import { RevisionAheadError, RevisionExpiredError, TenantNotFoundError } from '../errors.ts';

interface Row {
  newest: number;
  compacted: number;
  /** null in the one row of a tenant without changes after the revision asked for; the rest is null then, too. */
  revision: number | null;
  type: ChangeType;
  resource: string;
  namespace: string;
  name: string;
  uid: string;
  labels: Record<string, string>;
  fields: Record<string, string>;
  body: string;
  previous_revision: number | null;
  previous_labels: Record<string, string> | null;
  previous_fields: Record<string, string> | null;
  previous_body: string | null;
}

/** Changes with revision > after, in order. One statement, so that the tenant's revisions are of the same snapshot. */
export async function changes(
  db: Database,
  tenant: string,
  after: number,
  limit: number,
  resources?: readonly string[],
): Promise<ChangePage> {
  const rows = await db.query('changes.after', (sql) => {
    return sql<Row[]>`
      select t.revision as newest, t.compacted, c.*
      from tenants t
      left join lateral (
        select revision, type, resource, namespace, name, uid, labels, fields, body,
               previous_revision, previous_labels, previous_fields, previous_body
        from changes where tenant = ${tenant} and revision > ${after}
          ${resources === undefined ? sql`` : sql`and resource in ${sql([...resources])}`}
        order by revision limit ${limit}
      ) c on true
      where t.id = ${tenant}`;
  });
  const [first] = rows;
  if (first === undefined) throw new TenantNotFoundError(tenant);
  if (after < first.compacted) throw new RevisionExpiredError(after, first.compacted);
  if (after > first.newest) throw new RevisionAheadError(after, first.newest);
  if (first.revision === null) return { changes: [], through: first.newest };
  const page = rows.map(toChange).sort((a, b) => a.revision - b.revision);
  return { changes: page, through: page.length < limit ? first.newest : page[page.length - 1]!.revision };
}

function toChange(row: Row): Change {
  return {
    resource: row.resource,
    namespace: row.namespace,
    name: row.name,
    uid: row.uid,
    revision: row.revision!,
    type: row.type,
    current: { revision: row.revision!, body: row.body, labels: row.labels, fields: row.fields },
    ...(row.previous_revision === null
      ? {}
      : {
          previous: {
            revision: row.previous_revision,
            body: row.previous_body ?? row.body,
            labels: row.previous_labels ?? row.labels,
            fields: row.previous_fields ?? row.fields,
          },
        }),
  };
}
