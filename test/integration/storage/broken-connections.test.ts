/**
 * A connection to PostgreSQL that breaks off must end all statements on it, and leave nothing to the connection after it.
 * postgres.js 3.4.9 kept what was half read or half written: statements read no row where there was one, connections came
 * to nothing until CONNECT_TIMEOUT, and an exception ended in nobody's hands. patches/ mends that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/apiserver/storage/errors.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const CONNECTIONS = 4;
const CLIENTS = 32;

let fresh: FreshDatabase;
let proxy: TcpProxy;
let db: Database;
let direct: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  const url = new URL(fresh.url);
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(url.port) });
  url.port = String(proxy.port);
  db = connect(url.href, { max: CONNECTIONS, queryTimeoutSeconds: 10 });
  direct = connect(fresh.url, { max: 1, applicationName: 'direct' });
});
afterAll(async () => {
  await db?.close();
  await direct?.close();
  await proxy?.stop();
  await fresh?.close();
});

/** Statements of several shapes, each of which knows its own answer. */
const STATEMENTS: ((mine: string) => Promise<unknown>)[] = [
  async (mine) => (await db.query('test.one', (sql) => sql`select ${mine}::text as mine`))[0]?.mine,
  async (mine) => {
    const rows = await db.query('test.rows', (sql) => {
      return sql`select ${mine}::text as mine, at, repeat('x', 3000) as filler from generate_series(1, 40) at`;
    });
    return rows.length === 40 && rows.every((row, index) => row.mine === mine && row.at === index + 1) ? mine : rows;
  },
  async (mine) => {
    return await db.transaction('test.transaction', async (sql) => {
      const [row] = await sql`select ${mine}::text as mine, 1 as first`;
      const [other] = await sql`select ${mine}::text as mine, txid_current_if_assigned() is null as second`;
      return row?.mine === other?.mine ? row?.mine : [row, other];
    });
  },
];

/** Clients that ask at once, and again as soon as they know, whatever they are told. */
async function ask(until: () => boolean): Promise<{ answered: number; refused: unknown[]; wrong: unknown[] }> {
  const outcome = { answered: 0, refused: [] as unknown[], wrong: [] as unknown[] };
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let count = 0; !until(); count++) {
        const mine = `${client}-${count}`;
        try {
          const answer = await STATEMENTS[(client + count) % STATEMENTS.length]!(mine);
          if (answer === mine) outcome.answered++;
          else outcome.wrong.push({ mine, answer });
        } catch (error) {
          outcome.refused.push(error);
        }
      }
    }),
  );
  return outcome;
}

async function faults(round: number): Promise<void> {
  if (round % 3 === 0) {
    // With answers on their way the end is a reset in the middle of rows.
    proxy.block('answers');
    await sleep(30);
    proxy.reset();
    proxy.unblock();
  } else if (round % 3 === 1) {
    proxy.reset();
  } else {
    await direct.query('test.terminate', (sql) => {
      return sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'kedge'`;
    });
  }
}

it('broken connections give no statement the answer of another, and all serve again at once', async () => {
  let done = false;
  const asking = ask(() => done);
  for (let round = 0; round < 18; round++) {
    await sleep(60);
    await faults(round);
  }
  await sleep(100);
  done = true;
  const { answered, refused, wrong } = await asking;
  expect(wrong.slice(0, 3)).toEqual([]);
  // A statement that hangs until its deadline is told so; one that broke off is told at once.
  expect(refused.filter((error) => !(error instanceof UnavailableError)).slice(0, 3)).toEqual([]);
  expect(refused.filter((error) => /no answer|CONNECT_TIMEOUT/.test(String(error))).slice(0, 3)).toEqual([]);
  expect(answered).toBeGreaterThan(100);
  expect(refused.length).toBeGreaterThan(18);

  const again = await Promise.all(Array.from({ length: 50 }, (_, index) => STATEMENTS[0]!(`again-${index}`)));
  expect(again).toEqual(again.map((_, index) => `again-${index}`));
});
