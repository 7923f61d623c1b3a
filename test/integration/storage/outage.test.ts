import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/apiserver/storage/errors.ts';
import {
  createNodeFeed,
  createPostgresStore,
  createWakeUps,
  ensureTenant,
  withGroupCommit,
} from '../../../src/apiserver/storage/postgres/index.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { readMigrations } from '../../../src/hosts/node/migrations.ts';
import { creation, namespace } from '../../contract/storage.ts';
import { eventually } from '../../support/eventually.ts';
import { startPostgres, type TestServer } from '../../support/postgres-server.ts';

const TENANT = 'root';

describe('when PostgreSQL is stopped', () => {
  let server: TestServer;
  let db: Database;
  let other: Database;

  beforeAll(async () => {
    server = await startPostgres();
    db = connect(`${server.url}/postgres`, { max: 4 });
    other = connect(`${server.url}/postgres`, { max: 2 });
    await migrate(db, await readMigrations());
    await ensureTenant(db, TENANT);
  });

  afterAll(async () => {
    await db.close();
    await other.close();
    await server.stop();
  });

  it('says so at once, loses no acknowledged write, and watchers go on without gap when it is back', async () => {
    const bare = createPostgresStore(db);
    const wakeUps = createWakeUps(db);
    const feed = createNodeFeed(bare, { wakeUps, safetyPollSeconds: 3600 });
    const store = withGroupCommit(bare, { onCommit: (tenant) => feed.committed(tenant) });
    await store.write(TENANT, [namespace('default')]);
    const start = await store.revision(TENANT);
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { changes } of feed.after(TENANT, start, stop.signal)) {
        seen.push(...changes.map((change) => change.name));
      }
    })();

    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    let done = false;
    const writing = Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; !done; round++) {
          const name = `w${writer}-${round}`;
          try {
            const [outcome] = await store.write(TENANT, [creation({ name })]);
            if (outcome!.result === 'ok') acknowledged.push(name);
          } catch (error) {
            refused.push(error);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      }),
    );
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(20), 30, 10);

    await server.pause();
    const asked = performance.now();
    await expect(store.get(TENANT, { resource: 'pods', namespace: 'default', name: 'a' })).rejects.toThrow(
      UnavailableError,
    );
    expect(performance.now() - asked).toBeLessThan(5000);
    await eventually(() => expect(refused.length).toBeGreaterThan(8), 30, 10);
    expect(refused.filter((error) => !(error instanceof UnavailableError))).toEqual([]);
    expect(inspect(refused, { depth: 9 })).not.toContain('{"metadata"');

    const before = acknowledged.length;
    await server.resume();
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 20), 30, 10);
    done = true;
    await writing;

    const { items, revision } = await store.list(TENANT, { resource: 'configmaps' });
    const stored = new Set(items.map((item) => item.name));
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
    feed.wake(TENANT);
    await eventually(() => expect(seen).toHaveLength(revision - start), 30, 10);
    expect(new Set(seen)).toEqual(stored);

    // The listening connection is back, too: another process' commit is heard of.
    const theirs = createWakeUps(other);
    await eventually(async () => {
      const name = `theirs-${crypto.randomUUID()}`;
      await createPostgresStore(other).write(TENANT, [creation({ name })]);
      theirs.publish(TENANT);
      await eventually(() => expect(seen).toContain(name), 1, 10);
    }, 30);
    stop.abort();
    await watching;
    feed.close();
    await theirs.close();
    await wakeUps.close();
  });
});
