import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { storageContract } from '../contract/storage.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { type RunningWorker, startWorker } from '../support/workerd.ts';
import type { Failure } from './storage-worker.ts';

describe('the PostgreSQL store inside workerd', () => {
  let fresh: FreshDatabase;
  let worker: RunningWorker;

  beforeAll(async () => {
    fresh = await freshDatabase();
    worker = await startWorker(inject('storageBundle'), { variables: { DATABASE_URL: fresh.url } });
  });
  afterAll(async () => {
    await worker?.stop();
    await fresh?.close();
  });

  // The cases run in the Worker; here the suite only says which there are.
  storageContract({
    it: (title) => {
      it(title, async () => {
        const response = await fetch(`${worker.url}/?case=${encodeURIComponent(title)}`);
        if (response.status === 204) return;
        const failure = (await response.json()) as Failure;
        throw Object.assign(new Error(failure.message), failure);
      });
    },
    expect,
    store: elsewhere,
    newTenant: elsewhere,
    retentionSeconds: 600,
  });
});

function elsewhere(): never {
  throw new Error('the suite runs inside workerd');
}
