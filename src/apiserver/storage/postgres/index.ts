/** The store over PostgreSQL and its feeds: what hosts wire. */
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
export { ensureTenant } from './tenants.ts';
