import type { Database } from '../../../db/connection.ts';
import type { StoredObject } from '../contract.ts';

/**
 * Objects of any resource in a namespace, at most `limit`. The key begins with the resource, so the resources that a
 * tenant has (tens) are found first by skipping through the index, then looked up one by one.
 */
export async function inNamespace(
  db: Database,
  tenant: string,
  namespace: string,
  limit: number,
): Promise<{ items: StoredObject[]; more: boolean }> {
  const rows = await db.query('objects.inNamespace', (sql) => {
    return sql<StoredObject[]>`
      with recursive resources(resource) as (
        (select resource from objects where tenant = ${tenant} order by resource limit 1)
        union all
        select (select o.resource from objects o where o.tenant = ${tenant} and o.resource > r.resource
                order by o.resource limit 1)
        from resources r where r.resource is not null
      )
      select o.resource, o.namespace, o.name, o.uid, o.revision, o.body
      from resources r
      join objects o on o.tenant = ${tenant} and o.resource = r.resource and o.namespace = ${namespace}
      order by o.resource, o.name
      limit ${limit + 1}`;
  });
  return { items: rows.slice(0, limit), more: rows.length > limit };
}
