import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connect, type Database } from '../../src/db/connection.ts';
import { initialise } from '../../src/hosts/node/initialise.ts';
import { createSession } from '../contract/api-session.ts';
import { describeWebSocketWatch } from '../contract/web-socket-watch.ts';
import { eventually } from '../support/eventually.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { expectSocket } from '../support/web-socket.ts';
import { type RunningWorker, startWorker } from '../support/workerd.ts';
import { ENCRYPTION, KEYS } from './encryption.ts';

let fresh: FreshDatabase;
let db: Database;
let worker: RunningWorker;
let token: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  token = await initialise({ databaseUrl: fresh.url, encryptionKeys: KEYS, cluster: {} });
  db = connect(fresh.url, { max: 1, applicationName: 'test' });
  worker = await startWorker(inject('kedgeBundle'), {
    variables: { KEDGE_DATABASE_URL: fresh.url, KEDGE_ENCRYPTION_KEYS: ENCRYPTION, KEDGE_WATCH_SECONDS: '5' },
  });
});
afterAll(async () => {
  await worker?.stop();
  await db?.close();
  await fresh?.close();
});

describeWebSocketWatch(() => ({ url: worker.url, token, session: createSession(fetch, worker.url, token) }));

it('a watch over WebSocket lets go of its connections when its client leaves, and when its time is over', async () => {
  const path = `${worker.url}/api/v1/namespaces/default/configmaps?watch=true`;
  const [left, stayed] = await Promise.all([expectSocket(path, { token }), expectSocket(path, { token })]);
  await Promise.all([left.next(), stayed.next()]);
  left.socket.close(1000);
  while ((await stayed.next()) !== undefined);
  expect(await stayed.closed).toBe(1000);
  await eventually(
    async () => {
      const [row] = await db.query('test.connections', (sql) => {
        return sql<{ count: number }[]>`
          select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'kedge'`;
      });
      expect(row!.count).toBe(0);
    },
    20,
    100,
  );
});
