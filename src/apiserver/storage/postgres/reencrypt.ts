import type { Database } from '../../../db/connection.ts';
import { createBodyCipher, type EncryptionKey } from '../encryption.ts';

const PAGE = 200;

/**
 * Key rotation: encrypts again, with the first key, whatever of the tenant is stored in the clear or under another key.
 * Makes no revision, because nothing that a client can see changes. An old key may be dropped when this has run and
 * retention has passed since (the log still holds bodies under it). Returns how many bodies were rewritten.
 */
export async function reencrypt(
  db: Database,
  tenant: string,
  keys: readonly EncryptionKey[],
  resources: readonly string[],
): Promise<number> {
  const cipher = createBodyCipher(keys);
  let rewritten = 0;
  for (const resource of resources) {
    let after = { namespace: '', name: '' };
    for (;;) {
      const rows = await db.query('objects.toReencrypt', (sql) => {
        return sql<{ namespace: string; name: string; uid: string; body: string }[]>`
          select namespace, name, uid, body from objects
          where tenant = ${tenant} and resource = ${resource}
            and (namespace, name) > (${after.namespace}, ${after.name})
          order by namespace, name limit ${PAGE}`;
      });
      for (const { body, ...key } of rows.filter((row) => !cipher.isCurrent(row.body))) {
        const owner = { tenant, resource, ...key };
        const fresh = await cipher.encrypt(owner, await cipher.decrypt(owner, body));
        // A write that came in between used the first key already, and is left alone.
        const { count } = await db.query('objects.reencrypt', (sql) => {
          return sql`
            update objects set body = ${fresh}
            where tenant = ${tenant} and resource = ${resource}
              and namespace = ${key.namespace} and name = ${key.name} and body = ${body}`;
        });
        rewritten += count;
      }
      const last = rows[rows.length - 1];
      if (last === undefined || rows.length < PAGE) break;
      after = last;
    }
  }
  return rewritten;
}
