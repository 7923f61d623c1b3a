/**
 * Applies append-only SQL migrations, each in a transaction with its own row. Safe with concurrent starters and through
 * poolers: the lock is a table lock inside the transaction. drizzle-kit writes the files (see drizzle.config.ts);
 * drizzle-orm's migrator takes no lock and knows no breaking changes, hence this one.
 */
import type { Database } from './connection.ts';
import { errorCode } from './errors.ts';

export interface Migration {
  /** The file's name without extension, e.g. "0001_create_tables"; order is by name. */
  name: string;
  sql: string;
}

/** The database was migrated by a newer Kedge in a way that this one cannot work with. */
export class SchemaTooNewError extends Error {
  constructor(names: readonly string[]) {
    super(
      `the database has breaking migrations that this version of Kedge does not know: ${names.join(', ')}; ` +
        'run the newer version',
    );
    this.name = 'SchemaTooNewError';
  }
}

/** Applies what is missing, in order. Returns the names applied by this call. Throws SchemaTooNewError. */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  await createLedger(db);
  const applied: string[] = [];
  for (const migration of [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const done = await db.transaction(`migrate.${migration.name}`, async (sql) => {
      // Held to the end of the transaction: of several starters one applies, the others then find its row.
      await sql`lock table migrations in exclusive mode`;
      const rows = await sql<{ name: string; breaking: boolean }[]>`select name, breaking from migrations`;
      refuseUnknownBreaking(rows, migrations);
      if (rows.some((row) => row.name === migration.name)) return false;
      await sql`insert into migrations (name, breaking) values (${migration.name}, ${isBreaking(migration)})`;
      await sql.unsafe(migration.sql);
      return true;
    });
    if (done) applied.push(migration.name);
  }
  return applied;
}

function refuseUnknownBreaking(
  rows: readonly { name: string; breaking: boolean }[],
  known: readonly { name: string }[],
) {
  const unknown = rows.filter((row) => row.breaking && !known.some((each) => each.name === row.name));
  if (unknown.length > 0) throw new SchemaTooNewError(unknown.map((row) => row.name));
}

/** A migration whose first line is `-- breaking` stops older code, instead of letting it corrupt what it misreads. */
function isBreaking(migration: Migration): boolean {
  return /^\s*-- breaking\b/.test(migration.sql);
}

async function createLedger(db: Database): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await db.query('migrations.create', (sql) => {
        return sql`
          create table if not exists migrations (
            name text primary key,
            breaking boolean not null,
            applied_at timestamptz not null default now()
          )`;
      });
      return;
    } catch (error) {
      // "if not exists" races with itself: the loser hits the catalogue's unique index and finds the table next time.
      if (tries >= 3 || !['23505', '42P07', '42710'].includes(errorCode(error))) throw error;
    }
  }
}
