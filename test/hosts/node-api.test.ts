import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTransport } from '../../agent/host/transport.ts';
import type { Transport } from '../../src/client/transport.ts';
import { apiContract } from '../contract/api.ts';
import { createHttp2Transport } from '../support/http2.ts';
import { type RunningNodeHost, startTestNodeHost } from '../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { KEYS } from './encryption.ts';

interface Client {
  send: Transport;
  close(): Promise<void>;
}

describe.each<[string, (host: RunningNodeHost) => Client]>([
  ['HTTP/1.1', ({ ca }) => ({ send: createTransport({ ca }), close: async () => {} })],
  ['HTTP/2', ({ url, ca }) => createHttp2Transport(url, ca)],
])('the Node host over TLS and %s', (_, connect) => {
  let fresh: FreshDatabase;
  let host: RunningNodeHost;
  let client: Client;

  beforeAll(async () => {
    fresh = await freshDatabase();
    host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
    client = connect(host);
  });
  afterAll(async () => {
    await client?.close();
    await host?.stop();
    await fresh?.close();
  });

  apiContract({
    it,
    expect,
    send: (url, request) => client.send(url, request),
    server: () => host.url,
    token: () => host.token,
  });
});
