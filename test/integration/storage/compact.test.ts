import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresStore } from '../../../src/apiserver/storage/postgres/index.ts';
import { creation } from '../../contract/storage.ts';
import { type FreshStore, freshStore } from '../../support/storage.ts';

let fresh: FreshStore;
const start = Date.now();
const minute = (minutes: number) => new Date(start + minutes * 60_000);
const rows = async () => (await fresh.db.sql`select count(*) as n from changes`)[0]!.n as number;
const files = async () => {
  const found = await fresh.db.sql<{ file: number }[]>`
    select pg_relation_filenode(c.oid)::int8 as file from pg_class c where relname ~ '^changes_[0-9]$' order by relname`;
  return found.map((row) => row.file);
};

beforeEach(async () => {
  fresh = await freshStore();
});
afterEach(() => fresh.close());

describe('compaction', () => {
  it('drops whole partitions and deletes no row', async () => {
    const before = await files();
    await fresh.store.compact(minute(4));
    await fresh.store.write(fresh.tenant, [creation({ name: 'a' })]);
    expect(await fresh.store.compact(minute(15))).toBe(1);
    expect(await rows()).toBe(1);
    // Truncation gives a partition a new file; deletion would not.
    expect((await files()).filter((file, slot) => file !== before[slot])).toHaveLength(1);
  });

  it('keeps each change for at least the retention time, and drops it within another third of it', async () => {
    const born = new Map<number, number>();
    const lived: number[] = [];
    for (let now = 0; now < 60; now++) {
      const [outcome] = await fresh.store.write(fresh.tenant, [creation({ name: `at-${now}` })]);
      born.set((outcome as { revision: number }).revision, now);
      await fresh.store.compact(minute(now + 0.5));
      const left = new Set(
        (await fresh.db.sql<{ revision: number }[]>`select revision from changes`).map((row) => row.revision),
      );
      for (const [revision, at] of born) {
        if (left.has(revision)) continue;
        lived.push(now + 0.5 - at);
        born.delete(revision);
      }
    }
    expect(lived.length).toBeGreaterThan(30);
    expect(Math.min(...lived)).toBeGreaterThanOrEqual(10);
    // One third for the slot that it was written to, and one for each call a minute.
    expect(Math.max(...lived)).toBeLessThanOrEqual(10 + 10 / 3 + 2);
  });

  it('leaves an idle database alone once the log is empty', async () => {
    for (let now = 0; now < 60; now += 5) await fresh.store.compact(minute(now));
    expect(await rows()).toBe(0);
    // xmax would show even a lock.
    const slots = await fresh.db.sql`select *, xmax::text, ctid::text from change_slots order by slot`;
    const filesBefore = await files();
    expect(await fresh.store.compact(minute(120))).toBe(0);
    expect(await fresh.db.sql`select *, xmax::text, ctid::text from change_slots order by slot`).toEqual(slots);
    expect(await files()).toEqual(filesBefore);
  });

  it('lets several processes compact at once', async () => {
    await fresh.store.compact(minute(4));
    await fresh.store.write(fresh.tenant, [creation({ name: 'a' })]);
    const dropped = await Promise.all(Array.from({ length: 6 }, () => fresh.store.compact(minute(15))));
    expect(dropped.sort()).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('goes on while others write', async () => {
    let written = 0;
    let done = false;
    const writing = (async () => {
      while (!done) {
        const outcomes = await fresh.store.write(fresh.tenant, [creation({ name: `w${written}` })]);
        expect(outcomes[0]!.result).toBe('ok');
        written++;
      }
    })();
    for (let now = 0; now < 200; now += 4) await fresh.store.compact(minute(now));
    done = true;
    await writing;
    const { items } = await fresh.store.list(fresh.tenant, { resource: 'configmaps' });
    expect(items).toHaveLength(written);
  });

  it('refuses a retention time under five minutes', () => {
    expect(() => createPostgresStore(fresh.db, { retentionSeconds: 299 })).toThrow(RangeError);
  });
});
