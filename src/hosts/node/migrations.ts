/** The migrations of this checkout, read from the disk. */
import { readdir, readFile } from 'node:fs/promises';
import type { Migration } from '../../db/migrate.ts';

const FOLDER = new URL('../../../migrations/', import.meta.url);

export async function readMigrations(folder: URL = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.sql'.length),
      sql: await readFile(new URL(file, folder), 'utf8'),
    })),
  );
}
