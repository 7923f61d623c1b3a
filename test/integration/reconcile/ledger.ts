/** A controller that notes in a table when each run of a key began and ended, and which state of the object it saw. */
import type { Store } from '../../../src/apiserver/storage/contract.ts';
import type { Database } from '../../../src/db/connection.ts';
import { type Controller, DONE } from '../../../src/reconcile/contract.ts';
import { splitKey } from '../../../src/reconcile/keys.ts';

export async function createLedger(db: Database): Promise<void> {
  await db.query('ledger.create', (sql) => {
    return sql`
      create table ledger (
        id bigint generated always as identity primary key, key text not null, pid int not null, seen bigint,
        began timestamptz not null default clock_timestamp(), ended timestamptz
      )`;
  });
}

/** `milliseconds`: how long a run takes. */
export function ledgerController(db: Database, store: Store, pid: number, milliseconds: () => number): Controller {
  return {
    name: 'ledger',
    watches: ['configmaps'],
    keys: (change) => [`${change.namespace}/${change.name}`],
    async reconcile({ tenant }, key) {
      const [run] = await db.query('ledger.begin', (sql) => {
        return sql<{ id: number }[]>`insert into ledger (key, pid) values (${key}, ${pid}) returning id`;
      });
      const object = await store.get(tenant, { resource: 'configmaps', ...splitKey(key) });
      await new Promise((resolve) => setTimeout(resolve, milliseconds()));
      await db.query('ledger.end', (sql) => {
        return sql`
          update ledger set seen = ${object?.revision ?? 0}::bigint, ended = clock_timestamp()
          where id = ${run!.id}::bigint`;
      });
      return DONE;
    },
  };
}
