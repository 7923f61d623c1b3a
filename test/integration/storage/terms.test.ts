import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store, Write } from '../../../src/apiserver/storage/contract.ts';
import { createPostgresStore, ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import { LABELS_INDEXED } from '../../../src/apiserver/storage/postgres/terms.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { parseLabelSelector } from '../../../src/meta/selectors.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

let database: FreshDatabase;
let db: Database;
let store: Store;

beforeAll(async () => {
  database = await freshDatabase();
  db = connect(database.url, { max: 1 });
  store = createPostgresStore(db);
  for (const tenant of ['one', 'two']) await ensureTenant(db, tenant);
});
afterAll(async () => {
  await db?.close();
  await database?.close();
});

const NAMESPACE = { resource: 'namespaces', namespace: '', body: '{}', labels: {}, fields: {}, owners: [] };

async function write(tenant: string, writes: readonly Write[]): Promise<void> {
  for (const outcome of await store.write(tenant, writes)) expect(outcome.result).toBe('ok');
}

function create(resource: string, namespace: string, name: string, labels: Record<string, string>): Write {
  return {
    op: 'create',
    resource,
    namespace,
    name,
    uid: `${resource} ${namespace} ${name}`,
    body: '{}',
    labels,
    fields: {},
    owners: [],
  };
}

const LABELS: Record<string, string>[] = [
  {},
  { app: 'web' },
  { app: 'web', tier: 'front' },
  { app: 'db', tier: 'back' },
  { app: '' },
  { toString: 'x', constructor: 'y' },
  { 'example.com/a': 'web', app: 'web' },
];

test('every selector finds among indexed labels what it finds among others', async () => {
  const [indexed, plain] = ['pods', 'configmaps'];
  expect(LABELS_INDEXED).toContain(indexed);
  expect(LABELS_INDEXED).not.toContain(plain);
  for (const tenant of ['one', 'two']) {
    for (const namespace of ['a', 'b']) {
      await write(tenant, [{ op: 'create', ...NAMESPACE, name: namespace, uid: `namespace ${namespace}` }]);
      for (const resource of [indexed, plain]) {
        await write(
          tenant,
          LABELS.map((labels, index) => create(resource, namespace, `o${index}`, labels)),
        );
      }
    }
  }
  // Labels that changed, and a body that changed alone.
  for (const resource of [indexed, plain]) {
    for (const [name, labels] of [
      ['o1', { app: 'other' }],
      ['o2', LABELS[2]!],
    ] as const) {
      const old = (await store.get('one', { resource, namespace: 'a', name }))!;
      const { revision, ...rest } = old;
      const change = { body: '{"changed":true}', labels, fields: {}, owners: [] };
      await write('one', [{ op: 'update', ...rest, ...change, expectedRevision: revision }]);
    }
  }
  const selectors = [
    'app=web',
    'app=other',
    'app=web,tier=front',
    'app in (web,db)',
    'app in (web,db),tier notin (back)',
    'app!=web',
    'app=',
    'app',
    '!app',
    'toString=x',
    'constructor=y',
    'example.com/a=web',
    'app=nobody',
  ];
  for (const selector of selectors) {
    for (const tenant of ['one', 'two']) {
      for (const namespace of ['a', 'b', undefined]) {
        const query = { labels: parseLabelSelector(selector), ...(namespace === undefined ? {} : { namespace }) };
        const names = async (resource: string) =>
          (await store.list(tenant, { resource, ...query })).items.map((item) => `${item.namespace}/${item.name}`);
        expect(await names(indexed), `${selector} in ${namespace} of ${tenant}`).toEqual(await names(plain));
      }
    }
  }
});

test('what a label finds costs no reading of the namespace', async () => {
  await write('one', [{ op: 'create', ...NAMESPACE, name: 'large', uid: 'large' }]);
  for (const resource of ['pods', 'configmaps']) {
    for (let first = 0; first < 4000; first += 500) {
      const some = Array.from({ length: 500 }, (_, index) => first + index);
      await write(
        'one',
        some.map((index) => create(resource, 'large', `p${index}`, { app: `app-${index % 1000}` })),
      );
    }
  }
  await db.query('test.analyze', (sql) => sql`analyze objects`);
  const labels = parseLabelSelector('app=app-7');
  const cost = async (resource: string) => {
    const before = await rowsRead();
    expect((await store.list('one', { resource, namespace: 'large', labels })).items).toHaveLength(4);
    return (await rowsRead()) - before;
  };
  expect(await cost('pods')).toBeLessThan(20);
  // So the measure measures.
  expect(await cost('configmaps')).toBeGreaterThanOrEqual(4000);
});

/** Rows of `objects` that this connection's statements have read so far. */
async function rowsRead(): Promise<number> {
  await db.query('test.flush', (sql) => sql`select pg_stat_force_next_flush()`);
  const [row] = await db.query('test.read', (sql) => {
    return sql<{ read: number }[]>`
      select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables where relname = 'objects'`;
  });
  return row!.read;
}
