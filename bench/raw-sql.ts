/**
 * The limit: what the same PostgreSQL does in the same run with the least SQL that keeps one revision order a tenant.
 * A write is one transaction: count up a row, write an object of 2 KB, append a change of 2 KB.
 */
import postgres from 'postgres';
import { load, type Measured } from './load.ts';

export interface RawLimit {
  write(total: number, clients: number): Promise<Measured>;
  get(total: number, clients: number): Promise<Measured>;
  /** Milliseconds to read `rows` bodies. */
  list(rows: number): Promise<number>;
  close(): Promise<void>;
}

export async function createRawLimit(url: string, body: string): Promise<RawLimit> {
  const sql = postgres(url, { max: 64, onnotice: () => {} });
  await sql`DROP SCHEMA IF EXISTS raw_limit CASCADE`;
  await sql`CREATE SCHEMA raw_limit`;
  await sql`CREATE TABLE raw_limit.counter (id int PRIMARY KEY, revision bigint NOT NULL)`;
  await sql`CREATE TABLE raw_limit.objects (name text PRIMARY KEY, revision bigint NOT NULL, body text NOT NULL)`;
  await sql`CREATE TABLE raw_limit.changes (revision bigint PRIMARY KEY, name text NOT NULL, body text NOT NULL)`;
  await sql`INSERT INTO raw_limit.counter VALUES (1, 0)`;
  let written = 0;
  const write = () => {
    const name = `raw-${written++}`;
    return sql`
      WITH next AS (UPDATE raw_limit.counter SET revision = revision + 1 WHERE id = 1 RETURNING revision),
      stored AS (INSERT INTO raw_limit.objects SELECT ${name}, revision, ${body} FROM next)
      INSERT INTO raw_limit.changes SELECT revision, ${name}, ${body} FROM next`;
  };
  return {
    write: (total, clients) =>
      load(total, clients, async () => {
        await write();
      }),
    get: (total, clients) =>
      load(total, clients, async (index) => {
        await sql`SELECT body FROM raw_limit.objects WHERE name = ${`raw-${index % written}`}`;
      }),
    async list(rows) {
      const missing = rows - written;
      if (missing > 0) await load(missing, 16, async () => void (await write()));
      const started = performance.now();
      const read = await sql`SELECT name, revision, body FROM raw_limit.objects ORDER BY name LIMIT ${rows}`;
      if (read.length !== rows) throw new Error(`${read.length} rows instead of ${rows}`);
      return performance.now() - started;
    },
    async close() {
      await sql`DROP SCHEMA raw_limit CASCADE`;
      await sql.end();
    },
  };
}
