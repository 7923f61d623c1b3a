/** One real PostgreSQL a run, with a migrated database that each test file clones (see postgres.ts). */
import type { TestProject } from 'vitest/node';
import { connect } from '../../src/db/connection.ts';
import { migrate } from '../../src/db/migrate.ts';
import { readMigrations } from '../../src/hosts/node/migrations.ts';
import { TEMPLATE } from './postgres.ts';
import { startPostgres } from './postgres-server.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startPostgres();
  const admin = connect(`${url}/postgres`, { max: 1 });
  await admin.sql.unsafe(`create database ${TEMPLATE}`);
  await admin.close();
  const template = connect(`${url}/${TEMPLATE}`, { max: 1 });
  await migrate(template, await readMigrations());
  await template.close();
  project.provide('postgresUrl', url);
  return stop;
}
