import type { Database } from '../../../db/connection.ts';
import type { StoredObject } from '../contract.ts';

/**
 * Objects of any resource whose ownerReferences name this uid. Found by the index of owners, whose condition is repeated;
 * the tenant is looked at after that. Asked together, the planner may read the whole tenant or table instead: 2-15 ms
 * with 4,000 objects, where this takes 0.03 ms.
 */
export function dependents(db: Database, tenant: string, ownerUid: string): Promise<StoredObject[]> {
  return db.query('objects.dependents', async (sql) => [
    ...(await sql<StoredObject[]>`
      with owned as materialized (
        select tenant, resource, namespace, name, uid, revision, body from objects
        where owners @> array[${ownerUid}]::text[] and owners <> '{}'
      )
      select resource, namespace, name, uid, revision, body from owned
      where tenant = ${tenant} order by resource, namespace, name`),
  ]);
}
