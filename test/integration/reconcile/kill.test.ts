import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store, WriteOutcome } from '../../../src/apiserver/storage/contract.ts';
import { createPostgresStore, ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { eventually } from '../../support/eventually.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';
import { createLedger } from './ledger.ts';

const SCRIPT = fileURLToPath(new URL('worker-process.ts', import.meta.url));
const OBJECTS = 40;
const ROUNDS = 8;

let database: FreshDatabase;
let db: Database;
let store: Store;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  database = await freshDatabase();
  db = connect(database.url, { max: 4 });
  await ensureTenant(db, 'root');
  await createLedger(db);
  store = createPostgresStore(db);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await db?.close();
  await database?.close();
});

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SCRIPT, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  await once(child.stdout!, 'data');
  return child;
}

/** Resolves to the database's time once the process is surely dead. */
async function kill(child: ChildProcess): Promise<Date> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  children.delete(child);
  const [row] = await db.query('test.now', (sql) => sql<{ now: Date }[]>`select clock_timestamp() as now`);
  return row!.now;
}

/** One of the processes that are in the middle of a run, at random. */
async function busyOne(workers: readonly ChildProcess[]): Promise<ChildProcess> {
  return await eventually(
    async () => {
      const open = await db.query('test.open', (sql) => {
        return sql<{ pid: number }[]>`select distinct pid from ledger where ended is null`;
      });
      const busy = workers.filter((worker) => open.some(({ pid }) => pid === worker.pid));
      expect(busy.length).toBeGreaterThan(0);
      return busy[Math.floor(Math.random() * busy.length)]!;
    },
    20,
    1,
  );
}

async function write(name: string, known: WriteOutcome | undefined, step: number): Promise<WriteOutcome> {
  const key = { resource: 'configmaps', namespace: '', name };
  const body = `{"metadata":{"name":"${name}","uid":"${name}"},"data":{"step":"${step}"}}`;
  const rest = { ...key, uid: name, body, labels: {}, fields: {}, owners: [] };
  const [outcome] = await store.write('root', [
    known?.result === 'ok' ? { op: 'update', expectedRevision: known.revision, ...rest } : { op: 'create', ...rest },
  ]);
  expect(outcome?.result).toBe('ok');
  return outcome!;
}

interface Run {
  key: string;
  pid: number;
  seen: number | null;
  began: Date;
  ended: Date | null;
}

test('processes killed at random lose no change and never run a key twice at once', async () => {
  const deaths = new Map<number, Date>();
  const written = new Map<string, WriteOutcome>();
  let workers: ChildProcess[] = await Promise.all([start(), start()]);
  for (let round = 0; round < ROUNDS; round++) {
    let died: Date | undefined;
    const killing = busyOne(workers).then(async (victim) => {
      died = await kill(victim);
      deaths.set(victim.pid!, died);
      workers = [...workers.filter((worker) => worker !== victim), await start()];
    });
    // Goes on until the kill, so that there is always something to be in the middle of.
    for (let index = 0; index < OBJECTS || died === undefined; index++) {
      const name = `object-${index % OBJECTS}`;
      written.set(name, await write(name, written.get(name), index));
    }
    await killing;
  }

  const runs = await eventually(
    async () => {
      const left = await db.query('test.left', (sql) => sql`select from work where controller = 'ledger'`);
      expect(left).toHaveLength(0);
      const all = await db.query('test.runs', (sql) => sql<Run[]>`select * from ledger order by began`);
      for (const [name, outcome] of written) {
        const seen = all.filter(({ key }) => key === `/${name}`).map((run) => run.seen ?? 0);
        expect(Math.max(...seen), name).toBe((outcome as { revision: number }).revision);
      }
      return all;
    },
    40,
    100,
  );

  const interrupted = runs.filter(({ ended }) => ended === null);
  expect(interrupted.length, 'the kills must hit runs').toBeGreaterThan(0);
  const free = new Map<string, number>();
  for (const { key, pid, began, ended } of runs) {
    expect(began.getTime(), `${key} in ${pid}`).toBeGreaterThanOrEqual(free.get(key) ?? 0);
    const end = ended ?? deaths.get(pid);
    expect(end, `a run of ${pid} that nobody ended`).toBeDefined();
    free.set(key, Math.max(free.get(key) ?? 0, end!.getTime()));
  }
});
