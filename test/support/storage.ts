/** A fresh database with one tenant that has the namespace "default". */
import type { Store } from '../../src/apiserver/storage/contract.ts';
import { createPostgresStore } from '../../src/apiserver/storage/postgres/store.ts';
import { ensureTenant } from '../../src/apiserver/storage/postgres/tenants.ts';
import { connect, type Database } from '../../src/db/connection.ts';
import { namespace } from '../contract/storage.ts';
import { freshDatabase } from './postgres.ts';

export interface FreshStore {
  url: string;
  db: Database;
  store: Store;
  tenant: string;
  close(): Promise<void>;
}

export async function freshStore(): Promise<FreshStore> {
  const database = await freshDatabase();
  const db = connect(database.url, { max: 8 });
  const store = createPostgresStore(db);
  const tenant = 'root';
  await ensureTenant(db, tenant);
  await store.write(tenant, [namespace('default')]);
  return {
    url: database.url,
    db,
    store,
    tenant,
    close: async () => {
      await db.close();
      await database.close();
    },
  };
}
