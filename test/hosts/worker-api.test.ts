import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { initialise } from '../../src/hosts/node/initialise.ts';
import { apiContract } from '../contract/api.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { type RunningWorker, startWorker } from '../support/workerd.ts';
import { ENCRYPTION, KEYS } from './encryption.ts';

describe('the Worker inside workerd', () => {
  let fresh: FreshDatabase;
  let worker: RunningWorker;
  let token: string;

  beforeAll(async () => {
    fresh = await freshDatabase();
    token = await initialise({ databaseUrl: fresh.url, encryptionKeys: KEYS, cluster: {} });
    worker = await startWorker(inject('kedgeBundle'), {
      variables: { KEDGE_DATABASE_URL: fresh.url, KEDGE_ENCRYPTION_KEYS: ENCRYPTION },
    });
  });
  afterAll(async () => {
    await worker?.stop();
    await fresh?.close();
  });

  apiContract({ it, expect, send: fetch, server: () => worker.url, token: () => token });

  it('has let no request wait for another one’s promise, and caught every error', () => {
    expect(worker.logs()).not.toMatch(/uncaught|different request|never generate a response|drain failed/i);
  });
});
