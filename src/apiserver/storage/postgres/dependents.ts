import type { Database } from '../../../db/connection.ts';
import type { StoredObject } from '../contract.ts';

/** Objects of any resource whose ownerReferences name this uid. */
export function dependents(db: Database, tenant: string, ownerUid: string): Promise<StoredObject[]> {
  return db.query('objects.dependents', async (sql) => [
    ...(await sql<StoredObject[]>`
      select resource, namespace, name, uid, revision, body from objects
      where tenant = ${tenant} and owners @> array[${ownerUid}]::text[]
      order by resource, namespace, name`),
  ]);
}
