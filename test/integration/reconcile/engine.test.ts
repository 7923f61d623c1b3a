import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Store } from '../../../src/apiserver/storage/contract.ts';
import { RevisionExpiredError } from '../../../src/apiserver/storage/errors.ts';
import { createPostgresStore, ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import type { ChangeReader, Client, OwnershipReader } from '../../../src/client/contract.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import {
  type Controller,
  DONE,
  type ReconcileContext,
  type Result,
  TerminalError,
} from '../../../src/reconcile/contract.ts';
import { createWorkQueue } from '../../../src/reconcile/postgres/queue.ts';
import { createRunner, type Runner } from '../../../src/reconcile/runner.ts';
import { eventually } from '../../support/eventually.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

let database: FreshDatabase;
let db: Database;
let store: Store;
/** A tenant of its own for each test. */
let tenant: string;
let tenants = 0;

beforeAll(async () => {
  database = await freshDatabase();
  db = connect(database.url, { max: 12 });
  store = createPostgresStore(db);
});
afterAll(async () => {
  await db?.close();
  await database?.close();
});
beforeEach(async () => {
  tenant = `tenant-${++tenants}`;
  await ensureTenant(db, tenant);
});

const QUIET = { error: () => {}, warn: () => {} };

function runnerOf(controller: Partial<Controller> & Pick<Controller, 'reconcile'>, over: Store = store): Runner {
  return createRunner({
    db,
    store: over,
    controllers: [{ name: 'test', watches: ['configmaps'], keys: (change) => [change.name], ...controller }],
    clients: {
      as: () => ({}) as Client,
      ownership: () => ({}) as OwnershipReader,
      changes: () => ({}) as ChangeReader,
    },
    log: QUIET,
  });
}

async function create(name: string): Promise<void> {
  const key = { resource: 'configmaps', namespace: '', name };
  const body = `{"metadata":{"name":"${name}","uid":"${name}"}}`;
  const [outcome] = await store.write(tenant, [
    { op: 'create', ...key, uid: name, body, labels: {}, fields: {}, owners: [] },
  ]);
  expect(outcome?.result).toBe('ok');
}

async function left(): Promise<Record<string, unknown>[]> {
  return await db.query('test.work', (sql) => sql`select * from work where tenant = ${tenant}`);
}

test('a drain runs each changed key once, however often it changed, and leaves nothing behind', async () => {
  const runs: string[] = [];
  const runner = runnerOf({
    keys: () => ['all'],
    reconcile: async (_, key) => {
      runs.push(key);
      return DONE;
    },
  });
  await Promise.all(['a', 'b', 'c'].map(create));
  expect(await runner.drain(tenant, 5000)).toEqual({ idle: true });
  expect(runs).toEqual(['all']);
  expect(await left()).toEqual([]);
  expect(await runner.drain(tenant, 5000)).toEqual({ idle: true });
  expect(runs).toEqual(['all']);
});

test('a key that changes during its run is run again', async () => {
  const seen: string[] = [];
  const runner = runnerOf({
    keys: () => ['all'],
    reconcile: async () => {
      seen.push('run');
      if (seen.length === 1) await create('second');
      return DONE;
    },
  });
  await create('first');
  await runner.drain(tenant, 5000);
  expect(seen).toHaveLength(2);
});

test.each([
  ['done', { kind: 'done' }],
  ['put off', { kind: 'after', seconds: 3600 }],
  ['failed', { kind: 'retry', seconds: 3600, error: 'no' }],
] as const)(
  'a key that was asked for during its run is due again at once, although the run is %s',
  async (_, outcome) => {
    const queue = createWorkQueue(db, 'again');
    await queue.enqueue(tenant, [{ controller: 'test', key: 'a' }]);
    const [item] = await queue.claim(['test'], [{ tenant, limit: 1 }], 10);
    await queue.enqueue(tenant, [{ controller: 'test', key: 'a' }]);
    expect(await queue.claim(['test'], [{ tenant, limit: 1 }], 10), 'it must not run twice at once').toEqual([]);
    expect(await queue.finish(item!, outcome)).toBe(true);
    expect(await queue.claim(['test'], [{ tenant, limit: 1 }], 10)).toMatchObject([{ key: 'a' }]);
  },
);

test('a failing key is tried again with growing pauses, a terminal one is dropped until it changes', async () => {
  const runs: string[] = [];
  const runner = runnerOf({
    reconcile: async (_, key) => {
      runs.push(key);
      if (key === 'hopeless') throw new TerminalError('no');
      if (runs.filter((run) => run === key).length < 4) throw new Error('not yet');
      return DONE;
    },
  });
  await create('flaky');
  await create('hopeless');
  expect(await runner.drain(tenant, 5000)).toEqual({ idle: true });
  expect(runs.sort()).toEqual(['flaky', 'flaky', 'flaky', 'flaky', 'hopeless']);
});

test('a failure is kept with the key, and counted', async () => {
  const runner = runnerOf({
    reconcile: async () => {
      throw new Error('out of luck');
    },
  });
  await create('a');
  await eventually(async () => {
    await runner.drain(tenant, 100);
    const [row] = await left();
    expect(row).toMatchObject({ key: 'a', claim: null, last_error: 'Error: out of luck' });
    expect(row?.attempts).toBeGreaterThan(2);
  });
});

test('a timer is reported, waits for its time, and gives way to a change', async () => {
  const results: Result[] = [{ outcome: 'after', seconds: 3600 }, DONE];
  const runner = runnerOf({ keys: () => ['all'], reconcile: async () => results.shift()! });
  await create('a');
  const { idle, nextRunAt } = await runner.drain(tenant, 5000);
  expect(idle).toBe(true);
  expect(Math.abs(nextRunAt!.getTime() - Date.now() - 3_600_000)).toBeLessThan(10_000);
  await runner.drain(tenant, 5000);
  expect(results).toEqual([DONE]);
  await create('b');
  expect(await runner.drain(tenant, 5000)).toEqual({ idle: true });
  expect(results).toEqual([]);
});

test('keys that a run enqueues are run by the same drain', async () => {
  const runs: string[] = [];
  const runner = runnerOf({
    reconcile: async (context: ReconcileContext, key) => {
      runs.push(key);
      if (key === 'parent') await context.enqueue(['child-1', 'child-2']);
      return DONE;
    },
  });
  await create('parent');
  await runner.drain(tenant, 5000);
  expect(runs.sort()).toEqual(['child-1', 'child-2', 'parent']);
});

test('a drain that runs out of time says that it is not idle, and the next goes on', async () => {
  let runs = 0;
  const slow = runnerOf({
    keys: () => ['all'],
    reconcile: async (context) => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (runs < 6) await context.enqueue(['all']);
      return DONE;
    },
  });
  await create('a');
  expect((await slow.drain(tenant, 50)).idle).toBe(false);
  expect(runs).toBeLessThan(6);
  expect((await slow.drain(tenant, 5000)).idle).toBe(true);
  expect(runs).toBe(6);
});

test('of many writers that each drain after their write none leaves its change behind, whoever does the work', async () => {
  const seen = new Map<string, number>();
  let running = 0;
  let twice = 0;
  const runners = Array.from({ length: 4 }, () =>
    runnerOf({
      reconcile: async (_, key) => {
        if (seen.get(key) === -1) twice++;
        seen.set(key, -1);
        running++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        seen.set(key, 1);
        return DONE;
      },
    }),
  );
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      await create(`object-${index}`);
      await runners[index % runners.length]!.drain(tenant, 20_000);
    }),
  );
  expect(seen.size).toBe(60);
  expect([...seen.values()].every((value) => value === 1)).toBe(true);
  expect([running, twice]).toEqual([0, 0]);
  expect(await left()).toEqual([]);
});

test('a drain whose process died is taken over when its lease ends', async () => {
  const queue = createWorkQueue(db, 'other');
  expect(await queue.beginDrain(tenant, 0.3)).toBeDefined();
  expect(await queue.beginDrain(tenant, 10)).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 350));
  const lease = await queue.beginDrain(tenant, 10);
  expect(lease).toBeDefined();
  await queue.abandonDrain(lease!);
});

test('a drain cannot end while one was turned away, work is due, or changes are not dispatched', async () => {
  const queue = createWorkQueue(db, 'proof');
  await queue.advance(tenant, undefined, await store.revision(tenant), []);
  const lease = (await queue.beginDrain(tenant, 10))!;
  expect(await queue.beginDrain(tenant, 10)).toBeUndefined();
  expect(await queue.endDrain(lease, ['test'], 10), 'one was turned away').toBe(false);
  await create('a');
  expect(await queue.endDrain(lease, ['test'], 10), 'a change is not dispatched').toBe(false);
  await queue.advance(tenant, (await queue.cursor(tenant))!, await store.revision(tenant), [
    { controller: 'test', key: 'a' },
  ]);
  expect(await queue.endDrain(lease, ['test'], 10), 'work is due').toBe(false);
  const [item] = await queue.claim(['test'], [{ tenant, limit: 1 }], 10);
  await queue.finish(item!, { kind: 'done' });
  expect(await queue.endDrain(lease, ['test'], 10)).toBe(true);
});

test('only one dispatcher moves the cursor from where it is', async () => {
  const queue = createWorkQueue(db, 'cas');
  expect(await queue.advance(tenant, undefined, 5, [{ controller: 'test', key: 'a' }])).toBe(true);
  expect(await queue.advance(tenant, undefined, 5, [{ controller: 'test', key: 'b' }])).toBe(false);
  expect(await queue.advance(tenant, 4, 6, [{ controller: 'test', key: 'c' }])).toBe(false);
  expect(await queue.advance(tenant, 5, 7, [{ controller: 'test', key: 'd' }])).toBe(true);
  expect(await queue.cursor(tenant)).toBe(7);
  expect((await left()).map(({ key }) => key).sort()).toEqual(['a', 'd']);
});

test('a claim that somebody else took over can neither be extended nor finished', async () => {
  const queue = createWorkQueue(db, 'claims');
  await queue.enqueue(tenant, [{ controller: 'test', key: 'a' }]);
  const [stale] = await queue.claim(['test'], [{ tenant, limit: 1 }], 0.05);
  await new Promise((resolve) => setTimeout(resolve, 80));
  const [fresh] = await queue.claim(['test'], [{ tenant, limit: 1 }], 10);
  expect(fresh).toBeDefined();
  expect(await queue.extend(stale!, 10)).toBe(false);
  await queue.finish(stale!, { kind: 'done' });
  expect(await left()).toHaveLength(1);
  expect(await queue.extend(fresh!, 10)).toBe(true);
});

test('a cursor older than the log is answered by looking at every object again', async () => {
  const runs: string[] = [];
  let expired = false;
  const forgetful: Store = {
    ...store,
    changes: async (of, after, limit) => {
      if (expired) {
        expired = false;
        throw new RevisionExpiredError(after, after + 1);
      }
      return await store.changes(of, after, limit);
    },
  };
  const controller = {
    reconcile: async (_: ReconcileContext, key: string) => {
      runs.push(key);
      return DONE;
    },
  };
  await create('a');
  const runner = runnerOf(controller, forgetful);
  await runner.drain(tenant, 5000);
  await create('b');
  expired = true;
  await runner.drain(tenant, 5000);
  expect(runs.sort()).toEqual(['a', 'a', 'b']);
});

test('another generation of a controller looks at every object again', async () => {
  const runs: string[] = [];
  const reconcile = async (_: ReconcileContext, key: string) => {
    runs.push(key);
    return DONE;
  };
  await create('a');
  await runnerOf({ generation: '1', reconcile }).drain(tenant, 5000);
  await runnerOf({ generation: '1', reconcile }).drain(tenant, 5000);
  expect(runs).toEqual(['a']);
  await runnerOf({ generation: '2', reconcile }).drain(tenant, 5000);
  expect(runs).toEqual(['a', 'a']);
});

test('an object that a controller cannot map does not stop the changes behind it', async () => {
  const runs: string[] = [];
  const runner = runnerOf({
    keys: (change) => {
      if (change.name === 'poison') throw new Error('cannot read this');
      return [change.name];
    },
    reconcile: async (_, key) => {
      runs.push(key);
      return DONE;
    },
  });
  await create('poison');
  await create('good');
  await runner.drain(tenant, 5000);
  expect(runs).toEqual(['good']);
});

test('a drain of all tenants serves each of them', async () => {
  const runs: string[] = [];
  const runner = runnerOf({
    name: 'everywhere',
    reconcile: async (context, key) => {
      runs.push(`${context.tenant} ${key}`);
      return DONE;
    },
  });
  const first = tenant;
  await create('a');
  tenant = `tenant-${++tenants}`;
  await ensureTenant(db, tenant);
  await create('b');
  await runner.drain(undefined, 5000);
  expect(runs).toEqual(expect.arrayContaining([`${first} a`, `${tenant} b`]));
});
