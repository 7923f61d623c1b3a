/**
 * Writers that contend for a few objects and make others of their own, and what came of each write. Run in the test's own
 * process and, as a program (`node storage-writers.ts URL TENANT ID`), in another.
 */
import { withGroupCommit } from '../../src/apiserver/storage/group-commit.ts';
import { createNodeFeed } from '../../src/apiserver/storage/node-feed.ts';
import { createPostgresStore } from '../../src/apiserver/storage/postgres/store.ts';
import { createWakeUps } from '../../src/apiserver/storage/postgres/wake-ups.ts';
import { connect } from '../../src/db/connection.ts';
import { creation, deletion, update } from '../contract/storage.ts';

export const CONTENDED = ['counter-0', 'counter-1', 'counter-2'];

export interface Attempt {
  op: 'create' | 'update' | 'delete';
  name: string;
  /** The revision that was read; 0 for a create. */
  expected: number;
  result: string;
  /** For ok: the write's revision. For a conflict: that of what was there. */
  revision: number;
  mark: string;
}

export interface WritersOptions {
  url: string;
  tenant: string;
  id: string;
  writers: number;
  /** Each writer goes on while this says so, given how many rounds it did. */
  goOn(rounds: number): boolean;
}

export async function runWriters(options: WritersOptions): Promise<Attempt[]> {
  const { tenant, id } = options;
  const db = connect(options.url, { max: 6 });
  const bare = createPostgresStore(db);
  const wakeUps = createWakeUps(db);
  const feed = createNodeFeed(bare, { wakeUps });
  const store = withGroupCommit(bare, { onCommit: (each) => feed.committed(each) });
  const attempts: Attempt[] = [];

  async function increment(name: string, mark: string): Promise<void> {
    const read = await store.get(tenant, { resource: 'configmaps', namespace: 'default', name });
    const value = (JSON.parse(read!.body) as { data: { value: number } }).data.value + 1;
    const body = JSON.stringify({ metadata: { name }, data: { value, mark } });
    const [outcome] = await store.write(tenant, [update(read!, { body })]);
    const revision =
      outcome!.result === 'ok' ? outcome!.revision : outcome!.result === 'conflict' ? outcome!.current.revision : 0;
    attempts.push({ op: 'update', name, expected: read!.revision, result: outcome!.result, revision, mark });
  }

  /** A name that both processes want, and that its winner frees again. */
  async function takeAndFree(name: string, mark: string): Promise<void> {
    const wanted = creation({ name }, { body: JSON.stringify({ metadata: { name }, data: { mark } }) });
    const [made] = await store.write(tenant, [wanted]);
    const revision = made!.result === 'ok' ? made!.revision : 0;
    attempts.push({ op: 'create', name, expected: 0, result: made!.result, revision, mark });
    if (made!.result !== 'ok') return;
    const [gone] = await store.write(tenant, [deletion({ ...wanted, revision })]);
    const freed = gone!.result === 'ok' ? gone!.revision : 0;
    attempts.push({ op: 'delete', name, expected: revision, result: gone!.result, revision: freed, mark });
  }

  await Promise.all(
    Array.from({ length: options.writers }, async (_, writer) => {
      for (let round = 0; options.goOn(round); round++) {
        const mark = `${id}-${writer}-${round}`;
        await increment(CONTENDED[(writer + round) % CONTENDED.length]!, mark);
        await takeAndFree(`wanted-${round % 2}`, mark);
        const [outcome] = await store.write(tenant, [creation({ name: mark })]);
        const revision = outcome!.result === 'ok' ? outcome!.revision : 0;
        attempts.push({ op: 'create', name: mark, expected: 0, result: outcome!.result, revision, mark });
      }
    }),
  );
  feed.close();
  await wakeUps.close();
  await db.close();
  return attempts;
}

if (import.meta.main) {
  const [url, tenant, id, rounds] = process.argv.slice(2) as [string, string, string, string];
  const attempts = await runWriters({ url, tenant, id, writers: 12, goOn: (done) => done < Number(rounds) });
  process.stdout.write(JSON.stringify(attempts));
}
