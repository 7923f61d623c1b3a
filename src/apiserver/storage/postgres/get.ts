import type { Database } from '../../../db/connection.ts';
import type { ObjectKey, StoredObject } from '../contract.ts';
import { isStorable } from './storable.ts';

export async function get(db: Database, tenant: string, key: ObjectKey): Promise<StoredObject | undefined> {
  if (!isStorable(key)) return undefined;
  const [row] = await db.query('objects.get', (sql) => {
    return sql<{ uid: string; revision: number; body: string }[]>`
      select uid, revision, body from objects
      where tenant = ${tenant} and resource = ${key.resource}
        and namespace = ${key.namespace} and name = ${key.name}`;
  });
  return row && { resource: key.resource, namespace: key.namespace, name: key.name, ...row };
}
