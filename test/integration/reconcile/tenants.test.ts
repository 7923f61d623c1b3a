/** Many tenants and many controllers share one engine: nobody waits for another's backlog, and silence costs nothing. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FeedBatch } from '../../../src/apiserver/storage/contract.ts';
import {
  createNodeFeed,
  createPostgresStore,
  ensureTenant,
  type NodeFeed,
} from '../../../src/apiserver/storage/postgres/index.ts';
import type { ChangeReader, Client, OwnershipReader } from '../../../src/client/contract.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { type Controller, DONE } from '../../../src/reconcile/contract.ts';
import { createFollowers } from '../../../src/reconcile/followers.ts';
import { createWorkQueue } from '../../../src/reconcile/postgres/queue.ts';
import { createRunner } from '../../../src/reconcile/runner.ts';
import { eventually } from '../../support/eventually.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

const QUIET = { error: () => {}, warn: () => {} };
const NOBODY = {
  as: () => ({}) as Client,
  ownership: () => ({}) as OwnershipReader,
  changes: () => ({}) as ChangeReader,
};

let database: FreshDatabase;
let db: Database;
let store: ReturnType<typeof createPostgresStore>;
let feed: NodeFeed;
let stop: AbortController | undefined;
let loop: Promise<void> | undefined;

beforeAll(async () => {
  database = await freshDatabase();
  db = connect(database.url, { max: 12 });
  store = createPostgresStore(db);
  feed = createNodeFeed(store);
});
afterEach(async () => {
  stop?.abort();
  await loop;
  await db.query('test.clear', (sql) => sql`truncate work, cursors, tenants, objects, changes, claims`);
});
afterAll(async () => {
  feed?.close();
  await db?.close();
  await database?.close();
});

async function create(tenant: string, resource: string, name: string): Promise<void> {
  const key = { resource, namespace: '', name };
  const body = `{"metadata":{"name":"${name}","uid":"${name}"}}`;
  const [outcome] = await store.write(tenant, [
    { op: 'create', ...key, uid: name, body, labels: {}, fields: {}, owners: [] },
  ]);
  expect(outcome?.result).toBe('ok');
  feed.committed(tenant);
}

function start(controllers: readonly Controller[]): void {
  const runner = createRunner({ db, store, feed, controllers, clients: NOBODY, log: QUIET, sweepSeconds: 1 });
  stop = new AbortController();
  loop = runner.loop(stop.signal);
}

/** Due keys that no change made. */
async function flood(tenant: string, controller: string, count: number): Promise<void> {
  await db.query('test.flood', (sql) => {
    return sql`
      insert into work (tenant, controller, key, run_at)
      select ${tenant}, ${controller}, 'flood-' || n, now() - interval '1 hour'
      from generate_series(1, ${count}::int) n`;
  });
}

/** A controller that notes whose keys ran, in order; those of a flood take a moment. */
function noting(name: string, resource: string, runs: string[]): Controller {
  return {
    name,
    watches: [resource],
    keys: (change) => [change.name],
    async reconcile({ tenant }, key) {
      runs.push(`${tenant} ${name} ${key}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      return DONE;
    },
  };
}

test('a tenant with 50,000 due keys does not hold up what nine others roll out', async () => {
  const quiet = Array.from({ length: 9 }, (_, index) => `quiet-${index}`);
  for (const tenant of ['flooder', ...quiet]) await ensureTenant(db, tenant);
  await flood('flooder', 'test', 50_000);
  const runs: string[] = [];
  start([noting('test', 'configmaps', runs)]);
  await eventually(() => expect(runs.length).toBeGreaterThan(50));
  const before = runs.length;
  for (const step of [1, 2, 3]) {
    await Promise.all(quiet.map((tenant) => create(tenant, 'configmaps', `step-${step}`)));
    await eventually(() => {
      for (const tenant of quiet) expect(runs).toContain(`${tenant} test step-${step}`);
    });
  }
  // Had they stood behind the flood, all of it would have run before them; in turns a few rounds did.
  expect(runs.length - before).toBeLessThan(5_000);
});

test('a controller with a long queue does not hold up another controller of its tenant', async () => {
  await ensureTenant(db, 'one');
  await flood('one', 'slow', 5_000);
  const runs: string[] = [];
  start([noting('slow', 'secrets', runs), noting('quick', 'configmaps', runs)]);
  await eventually(() => expect(runs.length).toBeGreaterThan(20));
  const before = runs.length;
  await create('one', 'configmaps', 'a');
  await eventually(() => expect(runs).toContain('one quick a'));
  expect(runs.length - before).toBeLessThan(1_000);
});

test('timers of a tenant are kept while another has keys without end', async () => {
  for (const tenant of ['busy', 'timed']) await ensureTenant(db, tenant);
  await flood('busy', 'test', 20_000);
  const runs: string[] = [];
  start([noting('test', 'configmaps', runs)]);
  await eventually(() => expect(runs.length).toBeGreaterThan(20));
  await db.query('test.timer', (sql) => {
    return sql`insert into work (tenant, controller, key, run_at) values ('timed', 'test', 'timer', now() + interval '1 s')`;
  });
  const before = runs.length;
  await eventually(() => expect(runs).toContain('timed test timer'));
  expect(runs.length - before).toBeLessThan(15_000);
});

test('a release that brings a controller has it look at everything, and no other', async () => {
  await ensureTenant(db, 'one');
  await create('one', 'configmaps', 'a');
  const drain = (controllers: readonly Controller[]) =>
    createRunner({ db, store, controllers, clients: NOBODY, log: QUIET }).drain('one', 5000);
  const runs: string[] = [];
  const [old, added] = [noting('old', 'configmaps', runs), noting('added', 'configmaps', runs)];
  await drain([old]);
  await create('one', 'configmaps', 'b');
  await drain([old, added]);
  expect(runs.sort()).toEqual(['one added a', 'one added b', 'one old a', 'one old b']);
});

test('two releases side by side each see what the other dispatched', async () => {
  await ensureTenant(db, 'one');
  const runs: string[] = [];
  const [old, added] = [noting('old', 'configmaps', runs), noting('added', 'configmaps', runs)];
  const runnerOf = (controllers: readonly Controller[]) =>
    createRunner({ db, store, controllers, clients: NOBODY, log: QUIET });
  const [before, after] = [runnerOf([old]), runnerOf([old, added])];
  await before.drain('one', 5000);
  for (const name of ['a', 'b', 'c']) {
    await create('one', 'configmaps', name);
    await before.drain('one', 5000);
    await after.drain('one', 5000);
  }
  expect(runs.filter((run) => run.startsWith('one added')).sort()).toEqual([
    'one added a',
    'one added b',
    'one added c',
  ]);
});

test('the cursor of a release that is long gone is forgotten when another begins', async () => {
  await ensureTenant(db, 'one');
  const queue = (name: string, seen: number[]) => createWorkQueue(db, name, seen);
  await queue('gone', [1]).advance('one', undefined, 1, []);
  await queue('recent', [1, 2]).advance('one', undefined, 2, []);
  await db.query('test.age', (sql) => {
    return sql`update cursors set advanced_at = now() - interval '2 days' where name = 'gone'`;
  });
  expect(await queue('new', [3]).predecessor('one')).toEqual({ revision: 2, seen: [1, 2] });
  await queue('new', [3]).advance('one', undefined, 2, []);
  const names = await db.query('test.names', (sql) => sql<{ name: string }[]>`select name from cursors order by name`);
  expect(names.map(({ name }) => name)).toEqual(['new', 'recent']);
});

test('a silent tenant has no reader until it stirs again', async () => {
  let readers = 0;
  const dispatched: string[] = [];
  const source = {
    wake() {},
    async *after(_tenant: string, _revision: number, signal: AbortSignal): AsyncGenerator<FeedBatch> {
      readers++;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      readers--;
    },
  };
  const followers = createFollowers({
    feed: source,
    dispatcher: { catchUp: async () => 1, dispatch: async () => 1 },
    onDispatched: (tenant) => dispatched.push(tenant),
    log: QUIET,
    silentMs: 400,
  });
  const end = new AbortController();
  followers.stir('a', end.signal);
  followers.stir('b', end.signal);
  await eventually(() => expect(readers).toBe(2), 30, 20);
  await eventually(() => expect(readers).toBe(0), 30, 20);
  followers.stir('a', end.signal);
  await eventually(() => expect(readers).toBe(1), 30, 20);
  expect(dispatched).toEqual(['a', 'b', 'a']);
  end.abort();
  await followers.ended();
  expect(readers).toBe(0);
});
