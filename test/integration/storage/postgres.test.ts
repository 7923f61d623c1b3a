import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/apiserver/storage/contract.ts';
import {
  createPostgresStore,
  ensureTenant,
  withEncryption,
  withGroupCommit,
  withHeartbeats,
} from '../../../src/apiserver/storage/postgres/index.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { storageContract } from '../../contract/storage.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

const key = { id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) };

describe.each<[string, (db: Database) => Store]>([
  ['the PostgreSQL store', (db) => createPostgresStore(db)],
  [
    'the PostgreSQL store as the Node host wraps it',
    (db) =>
      withGroupCommit(
        withEncryption(
          withHeartbeats(createPostgresStore(db, { gatherGets: true }), db),
          [key],
          ['secrets', 'configmaps'],
        ),
      ),
  ],
  ['the PostgreSQL store without prepared statements', (db) => createPostgresStore(db)],
])('%s', (name, wrap) => {
  let fresh: FreshDatabase;
  let db: Database;
  let store: Store;

  beforeAll(async () => {
    fresh = await freshDatabase();
    db = connect(fresh.url, { max: 4, prepare: !name.includes('without prepared') });
    store = wrap(db);
  });

  afterAll(async () => {
    await db.close();
    await fresh.close();
  });

  storageContract({
    it,
    expect,
    store: () => store,
    newTenant: async () => {
      const id = `t-${crypto.randomUUID()}`;
      await ensureTenant(db, id);
      return id;
    },
    retentionSeconds: 600,
  });
});
