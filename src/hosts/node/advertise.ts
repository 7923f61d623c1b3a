/** Where others reach this replica, kept in the database while it serves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../apiserver/handlers/deps.ts';
import type { Database } from '../../db/connection.ts';
import { RENEW_MS, type Replica, removeReplica, renewReplica } from '../replicas.ts';

/** Renews until `signal` aborts, then takes the replica out. An outage of the database is waited out. */
export async function keepAdvertised(db: Database, replica: Replica, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(RENEW_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    await renewReplica(db, replica).catch((error: unknown) => log.warn({ error }, 'this replica could not be renewed'));
  }
  await removeReplica(db, replica.id).catch((error: unknown) => log.warn({ error }, 'this replica is not taken out'));
}
