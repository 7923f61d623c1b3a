/**
 * Renewals of node Leases make no revision: a Lease in kube-node-lease that changes in nothing but spec.renewTime goes to
 * a row of its own, and is read back into the Lease. An idle cluster of any size thus appends nothing to the log.
 *
 * What makes this one statement: each such Lease carries a digest of the rest of it among its fields. A renewal is stored
 * only if digest, uid and revision are those of the stored Lease; else it is an ordinary update. The Lease keeps its
 * resourceVersion through renewals, and watchers are not told of them. Its row has the time, by the database's clock, when
 * the renewal came (signs-of-life.ts).
 */
import type { Database } from '../../../db/connection.ts';
import type { Store, StoredObject, UpdateWrite, Write, WriteOutcome } from '../contract.ts';
import { UnavailableError } from '../errors.ts';
import { concernsNodes, isNodeLease, LEASE_NAMESPACE, LEASES, noteSigns } from './signs-of-life.ts';
import { storable } from './storable.ts';

/** Not a selectable field: no field selector can name it. */
const DIGEST_FIELD = 'kedge.dev/without-renewal';

interface Renewal {
  position: number;
  name: string;
  uid: string;
  revision: number;
  digest: string;
  holder: string;
  body: string;
}

export function withHeartbeats(store: Store, db: Database): Store {
  /** The objects with the newest renewal of their state read into node Leases. */
  async function renewed<T extends StoredObject>(tenant: string, objects: T[]): Promise<T[]> {
    const names = objects.filter(isNodeLease).map((object) => object.name);
    if (names.length === 0) return objects;
    const rows = await db.query('heartbeats.read', (sql) => {
      return sql<{ uid: string; revision: number; body: string }[]>`
        select uid, revision, body from heartbeats
        where tenant = ${tenant} and name in (select json_array_elements_text(${JSON.stringify(names)}::text::json))`;
    });
    const bodies = new Map(rows.map((row) => [`${row.uid} ${row.revision}`, row.body]));
    return objects.map((object) => {
      const body = isNodeLease(object) ? bodies.get(`${object.uid} ${object.revision}`) : undefined;
      return body === undefined ? object : { ...object, body };
    });
  }

  return {
    async write(tenant, writes) {
      if (!writes.some(concernsNodes)) return store.write(tenant, writes);
      const marked = await Promise.all(writes.map(withDigest));
      const beats = marked.flatMap((write, position) => renewalOf(write, position) ?? []);
      const stored = beats.length === 0 ? new Set<number>() : await storeRenewals(db, tenant, beats);
      const others = marked.filter((_, position) => !stored.has(position));
      const rest = await store.write(tenant, others);
      // What was written stays written: a sign that is lost with the database comes again.
      await noteSigns(db, tenant, others, rest).catch((error) => {
        if (!(error instanceof UnavailableError)) throw error;
      });
      const outcomes: WriteOutcome[] = marked.map((write, position) =>
        stored.has(position)
          ? { result: 'ok', revision: (write as UpdateWrite).expectedRevision }
          : (rest.shift() as WriteOutcome),
      );
      return Promise.all(
        outcomes.map(async (outcome) =>
          outcome.result === 'conflict'
            ? { ...outcome, current: (await renewed(tenant, [outcome.current]))[0]! }
            : outcome,
        ),
      );
    },
    async get(tenant, key) {
      const object = await store.get(tenant, key);
      return object && (await renewed(tenant, [object]))[0];
    },
    async list(tenant, query) {
      const result = await store.list(tenant, query);
      return { ...result, items: await renewed(tenant, result.items) };
    },
    dependents: async (tenant, ownerUid) => renewed(tenant, await store.dependents(tenant, ownerUid)),
    async inNamespace(tenant, namespace, limit) {
      const { items, more } = await store.inNamespace(tenant, namespace, limit);
      return { items: await renewed(tenant, items), more };
    },
    // Renewals make no change.
    changes: (tenant, after, limit, resources) => store.changes(tenant, after, limit, resources),
    revision: (tenant) => store.revision(tenant),
    compact: (now) => store.compact(now),
  };
}

async function withDigest(write: Write): Promise<Write> {
  if (write.op === 'delete' || !isNodeLease(write)) return write;
  const { metadata, spec, ...rest } = JSON.parse(write.body) as LeaseBody;
  const { managedFields: _managedFields, ...others } = metadata;
  const { renewTime: _renewTime, ...fixed } = spec ?? {};
  const text = new TextEncoder().encode(JSON.stringify([others, fixed, rest]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { ...write, fields: { ...write.fields, [DIGEST_FIELD]: hex } };
}

interface LeaseBody {
  metadata: Record<string, unknown>;
  spec?: { renewTime?: unknown; holderIdentity?: unknown };
}

/** Undefined for whatever cannot be a renewal. */
function renewalOf(write: Write, position: number): Renewal | undefined {
  if (write.op !== 'update' || !isNodeLease(write) || write.claims !== undefined) return undefined;
  const { spec } = JSON.parse(write.body) as LeaseBody;
  const time = new Date(typeof spec?.renewTime === 'string' ? spec.renewTime : Number.NaN);
  if (Number.isNaN(time.getTime())) return undefined;
  return {
    position,
    name: write.name,
    uid: write.uid,
    revision: write.expectedRevision,
    digest: write.fields[DIGEST_FIELD]!,
    holder: typeof spec?.holderIdentity === 'string' ? storable(spec.holderIdentity) : '',
    body: write.body,
  };
}

/** Returns the positions of those that were renewals. A renewal lost in a crash comes again: the commit does not wait. */
async function storeRenewals(db: Database, tenant: string, beats: readonly Renewal[]): Promise<Set<number>> {
  const rows = await db.query('heartbeats.write', (sql) => {
    return sql<{ position: number }[]>`
      with matched as (
        select beat.* from json_to_recordset(${JSON.stringify(beats)}::text::json) as beat(
          position int, name text, uid text, revision bigint, digest text, holder text,
          body text)
        join objects o on o.tenant = ${tenant} and o.resource = ${LEASES} and o.namespace = ${LEASE_NAMESPACE}
          and o.name = beat.name and o.uid = beat.uid and o.revision = beat.revision
          and o.fields ->> ${DIGEST_FIELD} = beat.digest
      ),
      stored as (
        insert into heartbeats (tenant, name, uid, revision, holder, renewed_at, body)
        select distinct on (name) ${tenant}, name, uid, revision, holder, clock_timestamp(), body from matched
        order by name, position desc
        on conflict (tenant, name) do update set
          uid = excluded.uid, revision = excluded.revision, holder = excluded.holder,
          renewed_at = excluded.renewed_at, body = excluded.body
      )
      select position, set_config('synchronous_commit', 'off', true) from matched`;
  });
  return new Set(rows.map((row) => row.position));
}
