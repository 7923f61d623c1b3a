/** Where others reach this replica, kept in the database while it serves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../apiserver/handlers/deps.ts';
import type { ApiEndpoint } from '../../controllers/kubernetes-service/endpoints.ts';
import type { Database } from '../../db/connection.ts';
import { liveReplicas, RENEW_MS, type Replica, removeReplica, renewReplica } from '../replicas.ts';

export interface AdvertiseOptions {
  replica: Replica;
  /** The live replicas when this begins. */
  known: readonly ApiEndpoint[];
  /** Replicas came or went. */
  onChange(): Promise<void>;
  log: Log;
}

/** Renews until `signal` aborts, then takes the replica out. An outage of the database is waited out. */
export async function keepAdvertised(
  db: Database,
  { replica, known, onChange, log }: AdvertiseOptions,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  const look = async () => {
    await renewReplica(db, replica);
    const now = describe(await liveReplicas(db));
    if (now === last) return;
    await onChange();
    last = now;
  };
  last = describe(known);
  // What others have published is for them to correct; a replica that is new tells of itself.
  await onChange().catch((error: unknown) => log.warn({ error }, 'this replica is not told of'));
  while (!signal.aborted) {
    await sleep(RENEW_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    await look().catch((error: unknown) => log.warn({ error }, 'this replica could not be renewed'));
  }
  await removeReplica(db, replica.id).catch((error: unknown) => log.warn({ error }, 'this replica is not taken out'));
}

function describe(endpoints: readonly ApiEndpoint[]): string {
  return endpoints
    .map(({ host, port }) => `${host} ${port}`)
    .sort()
    .join('\n');
}
