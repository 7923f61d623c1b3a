import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connect, type Database } from '../../../src/db/connection.ts';
import { migrate, SchemaTooNewError } from '../../../src/db/migrate.ts';
import * as schema from '../../../src/db/schema.ts';
import { readMigrations } from '../../../src/hosts/node/migrations.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

const migrations = await readMigrations();
const names = migrations.map((each) => each.name);

describe('migrating', () => {
  let admin: Database;
  const opened: Database[] = [];
  const created: string[] = [];
  const open = (url: string) => {
    const db = connect(url, { max: 1 });
    opened.push(db);
    return db;
  };
  async function emptyDatabase(): Promise<string> {
    const name = `kedge_empty_${crypto.randomUUID().replaceAll('-', '')}`;
    await admin.sql.unsafe(`create database ${name}`);
    created.push(name);
    return `${inject('postgresUrl')}/${name}`;
  }

  beforeAll(() => {
    admin = connect(`${inject('postgresUrl')}/postgres`, { max: 1 });
  });

  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    for (const name of created) await admin.sql.unsafe(`drop database ${name} with (force)`);
    await admin.close();
  });

  it('lets concurrent starters apply each migration exactly once', async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(open(url), migrations)));
    expect(applied.flat().sort()).toEqual(names);
    expect(await migrate(open(url), migrations)).toEqual([]);
  });

  it('leaves nothing of a migration that fails, and applies it once it is mended', async () => {
    const db = open(await emptyDatabase());
    const broken = { name: '9000_broken', sql: 'create table half (a int); select no_such_function();' };
    await expect(migrate(db, [...migrations, broken])).rejects.toThrow(/no_such_function/);
    const mended = { ...broken, sql: 'create table half (a int);' };
    expect(await migrate(db, [...migrations, mended])).toEqual([broken.name]);
  });

  it('accepts a database that a newer version has migrated harmlessly', async () => {
    const db = open(await emptyDatabase());
    await migrate(db, [...migrations, { name: '9001_add_column', sql: 'alter table objects add column extra int;' }]);
    expect(await migrate(db, migrations)).toEqual([]);
  });

  it('refuses a database that a newer version has migrated with a breaking change', async () => {
    const db = open(await emptyDatabase());
    const breaking = {
      name: '9002_rename_column',
      sql: '-- breaking\nalter table objects rename column body to text;',
    };
    await migrate(db, [...migrations, breaking]);
    await expect(migrate(db, migrations)).rejects.toThrow(SchemaTooNewError);
    await expect(migrate(db, migrations)).rejects.toThrow(/9002_rename_column/);
  });
});

describe('the migrated database', () => {
  let fresh: FreshDatabase;
  let db: Database;
  beforeAll(async () => {
    fresh = await freshDatabase();
    db = connect(fresh.url);
  });
  afterAll(async () => {
    await db.close();
    await fresh.close();
  });

  it('has exactly the tables and columns of the drizzle schema', async () => {
    const rows = await db.sql<{ table_name: string; column_name: string; is_nullable: string }[]>`
      select table_name, column_name, is_nullable from information_schema.columns
      where table_schema = 'public' and table_name <> 'migrations' and table_name !~ '^changes_[0-9]$'`;
    const actual = rows.map((row) => `${row.table_name}.${row.column_name} ${row.is_nullable === 'YES'}`);
    const described = Object.values(schema)
      .filter((table) => is(table, PgTable))
      .flatMap((table) =>
        Object.values(getTableColumns(table)).map(
          (column) => `${getTableName(table)}.${column.name} ${!column.notNull}`,
        ),
      );
    expect(actual.sort()).toEqual(described.sort());
  });
});
