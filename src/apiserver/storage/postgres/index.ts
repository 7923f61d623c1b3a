/** The store over PostgreSQL and what hosts put around it; see compose below each export for the order of wrapping. */
export { type GroupCommitOptions, withGroupCommit } from '../group-commit.ts';
export { createNodeFeed, type NodeFeed, type NodeFeedOptions, type WakeUps } from '../node-feed.ts';
export { createPollingFeed, type PollingFeedOptions } from '../polling-feed.ts';
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
export { ensureTenant } from './tenants.ts';
export { createWakeUps, type PostgresWakeUps, type PostgresWakeUpsOptions } from './wake-ups.ts';
