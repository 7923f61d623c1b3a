/**
 * `drizzle-kit generate --name <verb_noun>` writes a migration from the difference between src/db/schema.ts and the last
 * snapshot; `--custom` an empty one for what drizzle cannot express. src/db/migrate.ts applies them.
 */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/db/schema.ts',
  out: './migrations',
  breakpoints: false,
});
