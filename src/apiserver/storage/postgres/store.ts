import type { Database } from '../../../db/connection.ts';
import type { Store } from '../contract.ts';
import { changes } from './changes.ts';
import { compact } from './compact.ts';
import { dependents } from './dependents.ts';
import { gatherGets } from './gather-gets.ts';
import { get } from './get.ts';
import { inNamespace } from './in-namespace.ts';
import { list } from './list.ts';
import { revision } from './revision.ts';
import { write } from './write.ts';

/** Upstream's etcd keeps five minutes; a slow client that lists a big cluster in pages needs that at least. */
const MIN_RETENTION_SECONDS = 5 * 60;
const DEFAULT_RETENTION_SECONDS = 10 * 60;

export interface PostgresStoreOptions {
  /** How long a change stays readable. Default 600, at least 300. */
  retentionSeconds?: number;
  /** Read objects that are asked for at the same time in one statement; for hosts that serve many requests at once. */
  gatherGets?: boolean;
  /** Connections of their own. Default: the same for all. */
  lanes?: { light: Database; lists: Database };
}

export function createPostgresStore(db: Database, options: PostgresStoreOptions = {}): Store {
  const retentionSeconds = options.retentionSeconds ?? DEFAULT_RETENTION_SECONDS;
  if (!(retentionSeconds >= MIN_RETENTION_SECONDS)) {
    throw new RangeError(`retentionSeconds must be at least ${MIN_RETENTION_SECONDS}, not ${retentionSeconds}`);
  }
  const { light, lists } = options.lanes ?? { light: db, lists: db };
  return {
    write: (tenant, writes) => write(db, tenant, writes),
    get: options.gatherGets === true ? gatherGets(light) : (tenant, key) => get(light, tenant, key),
    list: (tenant, query) => list(lists, tenant, query),
    changes: (tenant, after, limit, resources) => changes(db, tenant, after, limit, resources),
    revision: (tenant) => revision(light, tenant),
    dependents: (tenant, ownerUid) => dependents(db, tenant, ownerUid),
    inNamespace: (tenant, namespace, limit) => inNamespace(db, tenant, namespace, limit),
    compact: (now) => compact(db, now, { retentionSeconds }),
  };
}
