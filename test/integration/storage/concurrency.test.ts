import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Change, ChangeFeed, Store } from '../../../src/apiserver/storage/contract.ts';
import {
  createNodeFeed,
  createPollingFeed,
  createPostgresStore,
  createWakeUps,
  ensureTenant,
} from '../../../src/apiserver/storage/postgres/index.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { creation, namespace } from '../../contract/storage.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Attempt, CONTENDED, runWriters } from '../../support/storage-writers.ts';

const TENANT = 'contended';
const PROGRAM = fileURLToPath(new URL('../../support/storage-writers.ts', import.meta.url));

let fresh: FreshDatabase;
let db: Database;
let store: Store;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = connect(fresh.url, { max: 8 });
  store = createPostgresStore(db);
  await ensureTenant(db, TENANT);
  await store.write(TENANT, [
    namespace('default'),
    ...CONTENDED.map((name) => creation({ name }, { body: `{"metadata":{"name":"${name}"},"data":{"value":0}}` })),
  ]);
});

afterAll(async () => {
  await db.close();
  await fresh.close();
});

interface Watched {
  from: number;
  /** name → revision, by list and then by changes. */
  state: Map<string, number>;
  changes: Change[];
}

/** Lists, then follows from the list's revision, until `enough`. */
async function listAndWatch(feed: ChangeFeed, ended: { at: number | undefined }, stop: AbortSignal): Promise<Watched> {
  const list = await store.list(TENANT, { resource: 'configmaps' });
  const state = new Map(list.items.map((item) => [item.name, item.revision]));
  const changes: Change[] = [];
  for await (const batch of feed.after(TENANT, list.revision, stop)) {
    for (const change of batch.changes) {
      changes.push(change);
      if (change.type === 'DELETED') state.delete(change.name);
      else state.set(change.name, change.revision);
    }
    if (ended.at !== undefined && batch.through >= ended.at) break;
  }
  return { from: list.revision, state, changes };
}

it('orders the writes of two processes for every watcher, and tells exactly the losers of their conflicts', async () => {
  const wakeUps = createWakeUps(db);
  const resident = createNodeFeed(store, { wakeUps, limits: { maxChanges: 64, maxSize: 64 * 1024 } });
  const polling = createPollingFeed(store, { minMilliseconds: 5, maxMilliseconds: 50 });
  const stop = new AbortController();
  const ended: { at: number | undefined } = { at: undefined };
  const first = await store.revision(TENANT);

  let childDone = false;
  const child = promisify(execFile)(process.execPath, [PROGRAM, fresh.url, TENANT, 'child', '25'], {
    maxBuffer: 64 * 1024 * 1024,
  }).finally(() => {
    childDone = true;
  });
  const own = runWriters({ url: fresh.url, tenant: TENANT, id: 'own', writers: 12, goOn: () => !childDone });

  // Watchers join all the while, by both kinds of feed.
  const watchers: Promise<Watched>[] = [];
  while (!childDone) {
    if (watchers.length < 48)
      watchers.push(listAndWatch(watchers.length % 4 === 3 ? polling : resident, ended, stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const attempts = [...(JSON.parse((await child).stdout) as Attempt[]), ...(await own)];
  // A last write wakes those who have seen everything already, so that they notice the end.
  const [last] = await store.write(TENANT, [creation({ name: 'last' })]);
  ended.at = (last as { revision: number }).revision;
  resident.committed(TENANT);
  const watched = await Promise.all(watchers);
  resident.close();
  await wakeUps.close();

  const newest = ended.at;
  const final = await store.list(TENANT, { resource: 'configmaps' });
  const state = new Map(final.items.map((item) => [item.name, item.revision]));
  expect(watched.length).toBeGreaterThan(24);
  for (const each of watched) {
    const expected = Array.from({ length: newest - each.from }, (_, index) => each.from + index + 1);
    expect(each.changes.map((change) => change.revision)).toEqual(expected);
    expect(each.state).toEqual(state);
  }

  // Each revision was given to one write, and each write that was told "ok" is in the log as it was told.
  const won = attempts.filter((attempt) => attempt.result === 'ok');
  const log: Change[] = [];
  for (let page = await store.changes(TENANT, first, 1000); page.changes.length > 0; ) {
    log.push(...page.changes);
    page = await store.changes(TENANT, page.through, 1000);
  }
  const types = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' };
  const told = won.map((attempt) => `${attempt.revision} ${types[attempt.op]} ${attempt.name}`);
  told.push(`${newest} ADDED last`);
  expect(log.map((change) => `${change.revision} ${change.type} ${change.name}`).sort()).toEqual(told.sort());
  for (const change of log.filter((each) => each.previous !== undefined)) {
    const before = log.findLast((each) => each.name === change.name && each.revision < change.revision);
    if (before !== undefined) expect(change.previous!.revision).toBe(before.revision);
  }

  // Of those who started from the same state one won; whoever lost did so to a winner.
  const winners = new Map<string, Attempt>();
  for (const attempt of won.filter((each) => each.op === 'update')) {
    const from = `${attempt.name}@${attempt.expected}`;
    expect(winners.has(from), from).toBe(false);
    winners.set(from, attempt);
  }
  const losers = attempts.filter((attempt) => attempt.op === 'update' && attempt.result !== 'ok');
  expect(losers.length).toBeGreaterThan(0);
  for (const loser of losers) {
    expect(loser.result).toBe('conflict');
    const winner = winners.get(`${loser.name}@${loser.expected}`);
    expect(winner?.mark, `${loser.name}@${loser.expected}`).not.toBe(loser.mark);
    expect(loser.revision).toBeGreaterThanOrEqual(winner!.revision);
  }
  for (const name of CONTENDED) {
    const item = final.items.find((each) => each.name === name)!;
    const { value } = (JSON.parse(item.body) as { data: { value: number } }).data;
    expect(value, name).toBe([...winners.values()].filter((each) => each.name === name).length);
  }
  expect(new Set(attempts.map((attempt) => attempt.result))).toEqual(new Set(['ok', 'conflict', 'exists']));
});
