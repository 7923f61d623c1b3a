import { afterAll, beforeAll } from 'vitest';
import { describeWebSocketWatch } from '../contract/web-socket-watch.ts';
import { type RunningNodeHost, startTestNodeHost } from '../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { KEYS } from './encryption.ts';

let fresh: FreshDatabase;
let host: RunningNodeHost;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
});
afterAll(async () => {
  await host?.stop();
  await fresh?.close();
});

describeWebSocketWatch(() => ({ url: host.url, token: host.token, ca: host.ca, session: host.session() }));
