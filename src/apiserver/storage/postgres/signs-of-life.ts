/**
 * When a node last gave a sign of life, by one clock: the database's. What nodes say of the time is never compared with
 * another machine's clock, since theirs may be wrong by any amount. A sign is what upstream's node controller takes for
 * one: another renewTime of the node's Lease, another lastHeartbeatTime of its Ready condition.
 */
import type { Database } from '../../../db/connection.ts';
import type { Write, WriteOutcome } from '../contract.ts';
import { storable } from './storable.ts';

export const LEASES = 'leases.coordination.k8s.io';
export const LEASE_NAMESPACE = 'kube-node-lease';
const NODES = 'nodes';
/** Rows of Nodes' own reports are beside those of their Leases; no Lease has a slash in its name. */
const REPORTS = 'nodes/';

export interface SignsOfLife {
  /** Seconds since the node's last sign of life; undefined: none is known. */
  silence(tenant: string, node: string): Promise<number | undefined>;
}

export function createSignsOfLife(db: Database): SignsOfLife {
  return {
    async silence(tenant, node) {
      const [row] = await db.query('heartbeats.silence', (sql) => {
        return sql<{ seconds: number | null }[]>`
          select extract(epoch from clock_timestamp() - max(renewed_at))::float8 as seconds from heartbeats
          where tenant = ${tenant} and name in (${node}, ${REPORTS + node})`;
      });
      return row?.seconds ?? undefined;
    },
  };
}

export function isNodeLease(key: { resource: string; namespace: string }): boolean {
  return key.resource === LEASES && key.namespace === LEASE_NAMESPACE;
}

/** Whether the write may be a sign of life, or the end of a node that gave some. */
export function concernsNodes(write: Write): boolean {
  return isNodeLease(write) || write.resource === NODES;
}

interface Sign {
  name: string;
  uid: string;
  revision: number;
  body: string;
}

/** What acknowledged writes other than renewals say of nodes. One that is lost in a crash comes again with the next renewal. */
export async function noteSigns(
  db: Database,
  tenant: string,
  writes: readonly Write[],
  outcomes: readonly WriteOutcome[],
): Promise<void> {
  const signs = new Map<string, Sign | undefined>();
  writes.forEach((write, position) => {
    const outcome = outcomes[position];
    if (outcome?.result !== 'ok' || !concernsNodes(write)) return;
    const name = write.resource === NODES ? REPORTS + write.name : write.name;
    if (write.op === 'delete') {
      signs.set(name, undefined);
      return;
    }
    const body = write.resource === NODES ? reported(write.body) : write.body;
    if (body !== undefined) signs.set(name, { name, uid: write.uid, revision: outcome.revision, body });
  });
  const gone = [...signs].flatMap(([name, sign]) => (sign === undefined ? [name] : []));
  const given = [...signs.values()].filter((sign) => sign !== undefined);
  if (gone.length > 0) {
    await db.query('heartbeats.forget', (sql) => {
      return sql`delete from heartbeats
        where tenant = ${tenant} and name in (select json_array_elements_text(${JSON.stringify(gone)}::text::json))`;
    });
  }
  if (given.length > 0) {
    await db.query('heartbeats.note', (sql) => {
      return sql`
        insert into heartbeats (tenant, name, uid, revision, holder, renewed_at, body)
        select ${tenant}, name, uid, revision, '', clock_timestamp(), body
        from json_to_recordset(${JSON.stringify(given)}::text::json) as sign(
          name text, uid text, revision bigint, body text)
        on conflict (tenant, name) do update set
          uid = excluded.uid, revision = excluded.revision, renewed_at = excluded.renewed_at, body = excluded.body
          where (heartbeats.uid, heartbeats.body) is distinct from (excluded.uid, excluded.body)`;
    });
  }
}

/** The Node's own word of when it last looked at itself. Unknown is not the node's word but the control plane's. */
function reported(body: string): string | undefined {
  const { status } = JSON.parse(body) as { status?: { conditions?: Record<string, unknown>[] } };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const time = ready?.lastHeartbeatTime;
  return ready?.status === 'Unknown' || typeof time !== 'string' ? undefined : storable(time);
}
