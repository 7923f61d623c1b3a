/** A process of the kill test: `node worker-process.ts <database url>` runs the ledger until it is killed. */
import { createNodeFeed, createPostgresStore } from '../../../src/apiserver/storage/postgres/index.ts';
import type { ChangeReader, Client, OwnershipReader } from '../../../src/client/contract.ts';
import { connect } from '../../../src/db/connection.ts';
import { createRunner } from '../../../src/reconcile/runner.ts';
import { ledgerController } from './ledger.ts';

const db = connect(process.argv[2]!, { max: 6 });
const store = createPostgresStore(db);
const runner = createRunner({
  db,
  store,
  feed: createNodeFeed(store),
  controllers: [ledgerController(db, store, process.pid, () => 20 + Math.random() * 60)],
  clients: { as: () => ({}) as Client, ownership: () => ({}) as OwnershipReader, changes: () => ({}) as ChangeReader },
  leaseSeconds: 3,
  sweepSeconds: 1,
});
console.log('running');
await runner.loop(new AbortController().signal);
