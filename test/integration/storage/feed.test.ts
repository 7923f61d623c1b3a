import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeFeed, FeedBatch } from '../../../src/apiserver/storage/contract.ts';
import { RevisionAheadError, RevisionExpiredError } from '../../../src/apiserver/storage/errors.ts';
import {
  createNodeFeed,
  createPollingFeed,
  createPostgresStore,
  createWakeUps,
} from '../../../src/apiserver/storage/postgres/index.ts';
import { connect } from '../../../src/db/connection.ts';
import { creation } from '../../contract/storage.ts';
import { type FreshStore, freshStore } from '../../support/storage.ts';

const HOUR = 3600;
/** No poll comes to help within the test. */
const NEVER = { safetyPollSeconds: HOUR };

let fresh: FreshStore;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  fresh = await freshStore();
});

afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
  await fresh.close();
});

let serial = 0;
const names = (count: number) => Array.from({ length: count }, () => `n${serial++}`);

async function write(count: number): Promise<number[]> {
  const outcomes = await fresh.store.write(
    fresh.tenant,
    names(count).map((name) => creation({ name })),
  );
  return outcomes.map((outcome) => (outcome as { revision: number }).revision);
}

function follow(feed: ChangeFeed, revision: number) {
  const stop = new AbortController();
  const iterator = feed.after(fresh.tenant, revision, stop.signal)[Symbol.asyncIterator]();
  let position = revision;
  return {
    stop: () => stop.abort(),
    end: () => iterator.next(),
    /** Revisions up to and including `until`. */
    async until(revision: number): Promise<number[]> {
      const seen: number[] = [];
      while (position < revision) {
        const { value } = (await iterator.next()) as { value: FeedBatch };
        seen.push(...value.changes.map((change) => change.revision));
        position = value.through;
      }
      return seen;
    },
  };
}

describe.each<[string, () => ChangeFeed]>([
  ['the resident feed', () => createNodeFeed(fresh.store, { safetyPollSeconds: 0.05 })],
  ['the polling feed', () => createPollingFeed(fresh.store, { maxMilliseconds: 50 })],
])('%s', (_, create) => {
  it('delivers what was before and what comes, once and in order', async () => {
    const start = await fresh.store.revision(fresh.tenant);
    const before = await write(3);
    const follower = follow(create(), start);
    expect(await follower.until(before[2]!)).toEqual(before);
    const after = await write(700);
    expect(await follower.until(after[699]!)).toEqual(after);
    follower.stop();
    expect((await follower.end()).done).toBe(true);
  });

  it('ends when its reader leaves while nothing happens', async () => {
    const follower = follow(create(), await fresh.store.revision(fresh.tenant));
    const end = follower.end();
    follower.stop();
    expect((await end).done).toBe(true);
  });

  it('refuses a revision that is not reached yet', async () => {
    const follower = follow(create(), (await fresh.store.revision(fresh.tenant)) + 5);
    await expect(follower.end()).rejects.toThrow(RevisionAheadError);
  });
});

describe('the resident feed', () => {
  it('hears of its own commits without polling', async () => {
    const feed = createNodeFeed(fresh.store, NEVER);
    const start = await fresh.store.revision(fresh.tenant);
    const follower = follow(feed, start);
    const seen = follower.until(start + 1);
    await write(1);
    feed.wake(fresh.tenant);
    expect(await seen).toEqual([start + 1]);
    follower.stop();
  });

  it('hears of other processes’ commits by notification, many told as few', async () => {
    const other = connect(fresh.url, { max: 2 });
    const wakeUps = createWakeUps(fresh.db);
    const theirs = createWakeUps(other);
    cleanups.push(async () => {
      await wakeUps.close();
      await theirs.close();
      await other.close();
    });
    const feed = createNodeFeed(fresh.store, { ...NEVER, wakeUps });
    const start = await fresh.store.revision(fresh.tenant);
    const follower = follow(feed, start);
    const seen = follower.until(start + 20);
    for (let index = 0; index < 20; index++) {
      const [outcome] = await createPostgresStore(other).write(fresh.tenant, [creation({ name: names(1)[0]! })]);
      expect(outcome!.result).toBe('ok');
      theirs.publish(fresh.tenant);
    }
    expect(await seen).toEqual(Array.from({ length: 20 }, (_, index) => start + 1 + index));
    follower.stop();
  });

  it('serves a reader that fell behind the ring from the database, without gap', async () => {
    const feed = createNodeFeed(fresh.store, { ...NEVER, limits: { maxChanges: 8, maxSize: 1000 } });
    const start = await fresh.store.revision(fresh.tenant);
    const slow = follow(feed, start);
    const quick = follow(feed, start);
    const one = await write(1);
    feed.wake(fresh.tenant);
    expect(await slow.until(one[0]!)).toEqual(one);
    const many = await write(600);
    feed.wake(fresh.tenant);
    expect(await quick.until(many[599]!)).toEqual([...one, ...many]);
    expect(await slow.until(many[599]!)).toEqual(many);
    slow.stop();
    quick.stop();
  });

  it('reads each change once for all who follow', async () => {
    let reads = 0;
    const counting = {
      revision: fresh.store.revision,
      changes: (...args: Parameters<typeof fresh.store.changes>) => {
        reads++;
        return fresh.store.changes(...args);
      },
    };
    const feed = createNodeFeed(counting, NEVER);
    const start = await fresh.store.revision(fresh.tenant);
    const followers = Array.from({ length: 100 }, () => follow(feed, start));
    const seen = followers.map((follower) => follower.until(start + 10));
    // All are waiting once they have asked for the revision.
    await Promise.all(followers.map(() => fresh.store.revision(fresh.tenant)));
    const revisions = await write(10);
    feed.wake(fresh.tenant);
    for (const each of await Promise.all(seen)) expect(each).toEqual(revisions);
    expect(reads).toBeLessThan(5);
    for (const follower of followers) follower.stop();
  });

  it('reads nothing for tenants that nobody follows', async () => {
    let reads = 0;
    const counting = {
      revision: async () => ++reads,
      changes: async () => ({ changes: [], through: ++reads }),
    };
    const feed = createNodeFeed(counting, { safetyPollSeconds: 0.01 });
    feed.wake(fresh.tenant);
    const follower = follow(createNodeFeed(fresh.store, NEVER), await fresh.store.revision(fresh.tenant));
    const ended = follower.end();
    follower.stop();
    await ended;
    expect(reads).toBe(0);
  });
});

// Last: compaction is for good.
describe('a feed asked for what is compacted', () => {
  it.each(['resident', 'polling'])('says so (%s)', async (kind) => {
    const own = await freshStore();
    cleanups.push(() => own.close());
    const ahead = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    await own.store.compact(ahead(11));
    await own.store.write(own.tenant, [creation({ name: 'a' })]);
    expect(await own.store.compact(ahead(22))).toBe(1);
    const feed = kind === 'resident' ? createNodeFeed(own.store, NEVER) : createPollingFeed(own.store);
    const stream = feed.after(own.tenant, 1, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toThrow(RevisionExpiredError);
  });
});
