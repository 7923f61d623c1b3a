/**
 * The tables, as drizzle-kit generates migrations from them and as types for rows. `tenant` leads every key, so that a
 * distributed PostgreSQL can partition by it. What drizzle cannot say (partitions, functions, storage parameters) is in
 * the migrations by hand.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';

/** Names sort by bytes, as upstream's store sorts them, whatever the database's locale. */
const key = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
const revision = (name: string) => bigint(name, { mode: 'number' });
const time = (name: string) => timestamp(name, { withTimezone: true });
const strings = () => jsonb().$type<Record<string, string>>();

/** One row a cluster. Its row lock orders the cluster's writes. */
export const tenants = pgTable('tenants', {
  id: key().primaryKey(),
  uid: uuid().notNull().defaultRandom(),
  /** The newest revision. Starts at 1, because resourceVersion 0 has a meaning of its own. */
  revision: revision('revision').notNull().default(1),
  /** Changes up to here are gone. */
  compacted: revision('compacted').notNull().default(1),
  settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  createdAt: time('created_at').notNull().defaultNow(),
  suspendedAt: time('suspended_at'),
});

/** The current state of every object. */
export const objects = pgTable(
  'objects',
  {
    tenant: key().notNull(),
    resource: key().notNull(),
    namespace: key().notNull(),
    name: key().notNull(),
    uid: text().notNull(),
    revision: revision('revision').notNull(),
    labels: strings().notNull(),
    fields: strings().notNull(),
    owners: text().array().notNull(),
    /** fields->>'spec.nodeName' of pods; a column of its own so that other fields can change without touching its index. */
    node: key(),
    /**
     * Hashes of what is selected often (kedge_term): of pods and EndpointSlices each label where they are. Another hot field
     * becomes another term of its kind, not another column.
     */
    terms: bigint({ mode: 'bigint' }).array(),
    body: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.resource, table.namespace, table.name] }),
    // What each agent lists and watches: one node's of 6,500 pods in 0.5 ms; by an unindexed field it takes 2.5 ms.
    index('objects_by_node').on(table.tenant, table.node).where(sql`${table.node} is not null`),
    // For the garbage collector, at each deletion: 0.15 ms instead of a scan of the tenant, for some 15 µs a create of
    // what has owners. Without a pending list: each lookup would read all of it, up to 4 MB.
    index('objects_by_owner')
      .using('gin', table.owners)
      .where(sql`${table.owners} <> '{}'`)
      .with({ fastupdate: false }),
    index('objects_by_term')
      .using('gin', table.terms)
      .where(sql`${table.terms} is not null`)
      .with({ fastupdate: false }),
  ],
);

/**
 * The log. Partitioned into slots, each a stretch of time: `change_slots` says which one is being written. What was
 * before is kept only where it differs; a DELETED row holds the last state once.
 */
export const changes = pgTable(
  'changes',
  {
    tenant: key().notNull(),
    revision: revision('revision').notNull(),
    slot: smallint().notNull(),
    type: text().$type<'ADDED' | 'MODIFIED' | 'DELETED'>().notNull(),
    resource: key().notNull(),
    namespace: key().notNull(),
    name: key().notNull(),
    uid: text().notNull(),
    labels: strings().notNull(),
    fields: strings().notNull(),
    body: text().notNull(),
    previousRevision: revision('previous_revision'),
    previousLabels: jsonb('previous_labels').$type<Record<string, string>>(),
    previousFields: jsonb('previous_fields').$type<Record<string, string>>(),
    previousBody: text('previous_body'),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.revision, table.slot] })],
);

/** When each partition of `changes` was begun; the newest is the one being written. */
export const changeSlots = pgTable('change_slots', {
  slot: smallint().primaryKey(),
  beganAt: time('began_at').notNull(),
});

/** Values that one object of a tenant holds alone: cluster IPs, node ports, node CIDRs. */
export const claims = pgTable(
  'claims',
  {
    tenant: key().notNull(),
    pool: key().notNull(),
    value: key().notNull(),
    resource: key().notNull(),
    namespace: key().notNull(),
    name: key().notNull(),
    uid: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.pool, table.value] }),
    index('claims_by_holder').on(table.tenant, table.uid),
  ],
);

/**
 * The latest renewal of each node's Lease, which makes no revision and counts only for the Lease state it renewed, and each
 * Node's latest report of itself (nodes/NAME). `renewed_at` is when it came, by the database's clock.
 */
export const heartbeats = pgTable(
  'heartbeats',
  {
    tenant: key().notNull(),
    name: key().notNull(),
    uid: text().notNull(),
    revision: revision('revision').notNull(),
    holder: text().notNull(),
    renewedAt: time('renewed_at').notNull(),
    body: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.name] })],
);

/** Personal and administrators' tokens; only a hash is stored. */
export const tokens = pgTable(
  'tokens',
  {
    tenant: key().notNull(),
    hash: bytea().notNull(),
    id: uuid().notNull().defaultRandom(),
    userName: text('user_name').notNull(),
    userUid: text('user_uid').notNull().default(''),
    groups: text().array().notNull(),
    description: text().notNull().default(''),
    createdAt: time('created_at').notNull().defaultNow(),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.hash] })],
);

/** Keys that sign a tenant's ServiceAccount tokens. */
export const signingKeys = pgTable(
  'signing_keys',
  {
    tenant: key().notNull(),
    kid: key().notNull(),
    publicJwk: jsonb('public_jwk').$type<Record<string, unknown>>().notNull(),
    privateJwk: text('private_jwk').notNull(),
    createdAt: time('created_at').notNull().defaultNow(),
    retiredAt: time('retired_at'),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.kid] })],
);

/** Reconcile keys to run. `version` grows with every request, so that one that comes during a run is not lost. */
export const work = pgTable(
  'work',
  {
    tenant: key().notNull(),
    controller: key().notNull(),
    key: key().notNull(),
    runAt: time('run_at').notNull().defaultNow(),
    attempts: integer().notNull().default(0),
    version: revision('version').notNull().default(1),
    claimedUntil: time('claimed_until'),
    claim: uuid(),
    lastError: text('last_error'),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.controller, table.key] }),
    // What each claim reads: the heads of every controller's queue.
    index('work_due').on(table.tenant, table.controller, table.runAt),
    // The next timer of all.
    index('work_next').on(table.runAt),
  ],
);

/** How far readers of the log have come. */
export const cursors = pgTable(
  'cursors',
  {
    tenant: key().notNull(),
    name: key().notNull(),
    revision: revision('revision').notNull(),
    /** Identities of those for whom it stands. */
    seen: integer().array().notNull().default([]),
    advancedAt: time('advanced_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.name] })],
);

/** What signs the certificates of the processes that serve the API; the key is sealed as signing keys are. */
export const authorities = pgTable('authorities', {
  name: key().primaryKey(),
  /** PEM */
  certificate: text().notNull(),
  privateKey: text('private_key').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
});

/** Processes that serve the API, to reach streams held by one of them. */
export const replicas = pgTable('replicas', {
  id: text().primaryKey(),
  url: text().notNull(),
  seenAt: time('seen_at').notNull().defaultNow(),
});
