/** Where others reach this replica, kept in the database while it serves. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../apiserver/handlers/deps.ts';
import type { Database } from '../../db/connection.ts';
import { RENEW_MS, type Replica, removeReplica, renewReplica } from '../replicas.ts';

/**
 * The address to advertise for one that is listened on, as upstream resolves it: itself when others can reach it, else
 * this machine's on the default route. undefined on a machine that has none.
 */
export async function advertiseAddress(listenHost: string): Promise<string | undefined> {
  const isUnspecific = ['0.0.0.0', '::', 'localhost', '::1'].includes(listenHost) || listenHost.startsWith('127.');
  return isUnspecific ? defaultRouteAddress() : listenHost;
}

async function defaultRouteAddress(): Promise<string | undefined> {
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const [first] = routes
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  const interfaces = os.networkInterfaces();
  // Without a default route, whatever has an address that others may reach.
  const candidates = [first?.[0] ?? '', ...Object.keys(interfaces)].flatMap((name) => interfaces[name] ?? []);
  return candidates.find((each) => each.family === 'IPv4' && !each.internal)?.address;
}

/** Renews until `signal` aborts, then takes the replica out. An outage of the database is waited out. */
export async function keepAdvertised(db: Database, replica: Replica, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(RENEW_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    await renewReplica(db, replica).catch((error: unknown) => log.warn({ error }, 'this replica could not be renewed'));
  }
  await removeReplica(db, replica.id).catch((error: unknown) => log.warn({ error }, 'this replica is not taken out'));
}
