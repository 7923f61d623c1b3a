import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { initialise } from '../../src/hosts/node/initialise.ts';
import { createSession } from '../contract/api-session.ts';
import { tenantsContract } from '../contract/tenants.ts';
import { eventually } from '../support/eventually.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { type RunningWorker, startWorker } from '../support/workerd.ts';
import { ENCRYPTION, KEYS } from './encryption.ts';

let fresh: FreshDatabase;
let token: string;
let worker: RunningWorker;

beforeAll(async () => {
  fresh = await freshDatabase();
  token = await initialise({ databaseUrl: fresh.url, encryptionKeys: KEYS, cluster: {} });
  worker = await startWorker(inject('kedgeBundle'), {
    variables: {
      KEDGE_DATABASE_URL: fresh.url,
      KEDGE_ENCRYPTION_KEYS: ENCRYPTION,
      KEDGE_EXTERNAL_URL: 'https://api.example.com',
    },
  });
});
afterAll(async () => {
  await worker?.stop();
  await fresh?.close();
});

tenantsContract({
  it,
  expect,
  eventually: (check, seconds) =>
    eventually(async () => {
      // As the cron trigger does each minute.
      await worker.runCron();
      return await check();
    }, seconds),
  root: () => createSession(fetch, worker.url, token),
  as: (bearer, prefix) => createSession(fetch, `${worker.url}${prefix}`, bearer),
});
