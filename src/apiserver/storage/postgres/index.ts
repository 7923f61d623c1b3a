/**
 * The store over PostgreSQL and what hosts put around it. A Node host wires, from the inside out:
 *
 *     const encrypted = withEncryption(withHeartbeats(createPostgresStore(db), db), keys, resources);
 *     const wakeUps = createWakeUps(db);
 *     const feed = createNodeFeed(encrypted, { wakeUps });
 *     const store = withGroupCommit(encrypted, { onCommit: (tenant) => feed.committed(tenant) });
 *
 * A Worker has neither group commit nor a resident feed: createPollingFeed(encrypted).
 */
export { type EncryptionKey, withEncryption } from '../encryption.ts';
export { type GroupCommitOptions, withGroupCommit } from '../group-commit.ts';
export { createNodeFeed, type NodeFeed, type NodeFeedOptions, type WakeUps } from '../node-feed.ts';
export { createPollingFeed, type PollingFeedOptions } from '../polling-feed.ts';
export { withHeartbeats } from './heartbeats.ts';
export { reencrypt } from './reencrypt.ts';
export { createSignsOfLife, type SignsOfLife } from './signs-of-life.ts';
export { createPostgresStore, type PostgresStoreOptions } from './store.ts';
export { ensureTenant, readTenantSettings } from './tenants.ts';
export { createWakeUps, type PostgresWakeUps, type PostgresWakeUpsOptions } from './wake-ups.ts';
