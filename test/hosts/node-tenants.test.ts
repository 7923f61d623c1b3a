import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTransport } from '../../agent/host/transport.ts';
import { connect, type Database } from '../../src/db/connection.ts';
import { TENANT_TABLES } from '../../src/tenancy/postgres/remove-tenant.ts';
import { createSession } from '../contract/api-session.ts';
import { tenantsContract } from '../contract/tenants.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { KEYS } from './encryption.ts';

let fresh: FreshDatabase;
let db: Database;
let host: RunningNodeHost;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = connect(fresh.url, { max: 2, applicationName: 'test' });
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
});
afterAll(async () => {
  await host?.stop();
  await db?.close();
  await fresh?.close();
});

tenantsContract({
  it,
  expect,
  eventually,
  root: () => host.session(),
  as: (token, prefix) => createSession(createTransport({ ca: host.ca }), `${host.url}${prefix}`, token),
});

it('a tenant that was deleted has no row anywhere, and no table of tenants is forgotten', async () => {
  const tables = await db.query('test.tables', (sql) => {
    return sql<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where a.attname = 'tenant' and c.relkind in ('r', 'p') and not c.relispartition
        and c.relnamespace = 'public'::regnamespace order by 1`;
  });
  expect([...TENANT_TABLES].sort()).toEqual(tables.map(({ name }) => name));

  const root = host.session();
  const metadata = { name: 'empty', labels: { 'kedge.dev/tenant': 'true' } };
  await root.expectOk('POST', '/api/v1/namespaces', { metadata });
  await eventually(async () => {
    await root.expectOk('GET', '/api/v1/namespaces/empty/secrets/kedge-tenant-admin');
  }, 30);
  const rowsOf = async (tenant: string): Promise<number> => {
    let rows = 0;
    for (const table of TENANT_TABLES) {
      const [found] = await db.query('test.count', (sql) => {
        return sql<{ count: number }[]>`select count(*) as count from ${sql(table)} where tenant = ${tenant}`;
      });
      rows += found!.count;
    }
    return rows;
  };
  expect(await rowsOf('empty')).toBeGreaterThan(100);
  await root.expectOk('DELETE', '/api/v1/namespaces/empty');
  await eventually(async () => expect((await root.request('GET', '/api/v1/namespaces/empty')).status).toBe(404), 60);
  expect(await rowsOf('empty')).toBe(0);
});

it('the metrics of the process are the operator’s alone', async () => {
  const root = host.session();
  const metadata = { name: 'curious', labels: { 'kedge.dev/tenant': 'true' } };
  await root.expectOk('POST', '/api/v1/namespaces', { metadata });
  const secret = await eventually(
    () => root.expectOk('GET', '/api/v1/namespaces/curious/secrets/kedge-tenant-admin'),
    30,
  );
  const curious = createSession(createTransport({ ca: host.ca }), host.url, atob(secret.data.token));
  expect((await root.request('GET', '/metrics')).status).toBe(200);
  expect((await curious.request('GET', '/metrics')).status).toBe(404);
});
