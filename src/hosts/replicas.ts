/**
 * The table `replicas`: which processes serve the API, and where. A replica says so every RENEW_MS; one that has not for
 * LIVE_SECONDS counts as gone, as upstream's lease reconciler has it. Times are the database's, so that clocks may differ.
 */
import type { ApiEndpoint } from '../controllers/kubernetes-service/endpoints.ts';
import type { Database } from '../db/connection.ts';

export const RENEW_MS = 5_000;
const LIVE_SECONDS = 15;
/** Rows of replicas that were killed are kept no longer. */
const KEPT_SECONDS = 3600;

export interface Replica extends ApiEndpoint {
  id: string;
}

export async function renewReplica(db: Database, { id, host, port }: Replica): Promise<void> {
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  await db.query(
    'replicas.renew',
    (sql) => sql`
      with gone as (delete from replicas where seen_at < now() - make_interval(secs => ${KEPT_SECONDS}) and id <> ${id})
      insert into replicas (id, url) values (${id}, ${url})
      on conflict (id) do update set url = excluded.url, seen_at = now()`,
  );
}

export async function removeReplica(db: Database, id: string): Promise<void> {
  await db.query('replicas.remove', (sql) => sql`delete from replicas where id = ${id}`);
}

export async function liveReplicas(db: Database): Promise<ApiEndpoint[]> {
  const rows = await db.query(
    'replicas.live',
    (sql) => sql<{ url: string }[]>`
      select url from replicas where seen_at > now() - make_interval(secs => ${LIVE_SECONDS})`,
  );
  return rows.map(({ url }) => endpointOf(url));
}

/** Host and port of an https URL. */
export function endpointOf(url: string): ApiEndpoint {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
}
