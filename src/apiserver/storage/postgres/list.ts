import type { Database, Fragment, Sql } from '../../../db/connection.ts';
import type { ListQuery, ListResult } from '../contract.ts';
import { RevisionAheadError, RevisionExpiredError, TenantNotFoundError } from '../errors.ts';
import { selectorConditions } from './selectors.ts';
import { termConditions } from './terms.ts';

/** As arrays: 6,500 rows become objects once, not twice. */
type Row = [
  newest: number,
  compacted: number,
  total: number | null,
  namespace: string | null,
  name: string,
  uid: string,
  revision: number,
  /** null: past the bytes that were asked for. */
  body: string | null,
  /** The state of now is not that of the revision asked for. */
  changed: boolean,
];

/**
 * Objects in (namespace, name) order, and the revision of the snapshot that they are of: one statement. At an older
 * revision the state is put together from rows that have not changed since, and from what the log says was before the
 * first change since; mostly nothing has changed, and the state of now is the one that was asked for: for a page of 500
 * pods PostgreSQL then takes 0.7 ms in place of 2.2.
 */
export async function list(db: Database, tenant: string, query: ListQuery): Promise<ListResult> {
  let rows = await read(db, tenant, query, currentState);
  if (rows[0]?.[8] === true) rows = await read(db, tenant, query, stateAt);
  const [first] = rows;
  if (first === undefined) throw new TenantNotFoundError(tenant);
  return toResult(rows, first, query);
}

function read(db: Database, tenant: string, query: ListQuery, sourceOf: typeof stateAt): Promise<Row[]> {
  return db.query(
    'objects.list',
    (sql) => {
      const source = sourceOf(sql, tenant, query);
      return sql<Record<string, unknown>[]>`
      with ${source.tables}
      select t.revision, t.compacted, ${counted(query) ? sql`(select count(*) from keys)` : sql`null::int8`},
             o.namespace, o.name, o.uid, o.revision, o.body, ${changedSince(sql, tenant, query)}
      from tenants t
      left join lateral (${withinBytes(sql, query, sql`${source.rows} ${page(sql, query)}`)}) o on true
      where t.id = ${tenant}`.values() as unknown as Promise<Row[]>;
    },
    query.signal,
  );
}

/** Whether the state of now is another than the one asked for. */
function changedSince(sql: Sql, tenant: string, { resource, atRevision }: ListQuery): Fragment {
  if (atRevision === undefined) return sql`false`;
  return sql`exists (
    select from changes where tenant = ${tenant} and resource = ${resource} and revision > ${atRevision})`;
}

function toResult(rows: readonly Row[], first: Row, query: ListQuery): ListResult {
  const [newest, compacted, total] = first;
  const at = query.atRevision;
  if (at !== undefined && at > newest) throw new RevisionAheadError(at, newest);
  if (at !== undefined && at < compacted) throw new RevisionExpiredError(at, compacted);
  const found = first[3] === null ? [] : rows.slice().sort(byKey);
  const past = query.maxBytes === undefined ? -1 : found.findIndex((row) => row[7] === null);
  const end = Math.min(past === -1 ? found.length : past, query.limit ?? found.length);
  const more = found.length > end;
  const items = (more ? found.slice(0, end) : found).map(([, , , namespace, name, uid, revision, body]) => {
    return { resource: query.resource, namespace: namespace!, name, uid, revision, body: body! };
  });
  const last = items[items.length - 1];
  return {
    revision: at ?? newest,
    items,
    ...(more && last !== undefined ? { next: { namespace: last.namespace, name: last.name } } : {}),
    ...(more && total !== null ? { remaining: total - items.length } : {}),
  };
}

/**
 * Only pages are ordered by the database. For a whole list its planner may choose to scan the table and then sort wide
 * rows on disk: 65 of 85 ms for 6,500 pods of 1.6 KB in a table with dead rows. Sorted here by key, they take 25-35 ms.
 */
function page(sql: Sql, query: ListQuery): Fragment {
  return query.limit === undefined ? sql`` : sql`order by namespace, name limit ${query.limit + 1}`;
}

/**
 * Bodies past the limit stay in the database: their length is known without reading them. The rows come in their order;
 * named again, it would have them sorted once more, 1.1 of 2.5 ms for 500 pods.
 */
function withinBytes(sql: Sql, query: ListQuery, rows: Fragment): Fragment {
  if (query.maxBytes === undefined) return rows;
  return sql`
    select namespace, name, uid, revision, case when preceding < ${query.maxBytes} then body end as body
    from (
      select p.*, sum(octet_length(body)) over (rows unbounded preceding)
        - octet_length(body) as preceding
      from (${rows}) p
    ) measured`;
}

function byKey(a: Row, b: Row): number {
  if (a[3] !== b[3]) return a[3]! < b[3]! ? -1 : 1;
  return a[4] < b[4] ? -1 : a[4] > b[4] ? 1 : 0;
}

/** Upstream counts what remains only for limited lists without selectors. */
function counted(query: ListQuery): boolean {
  return query.limit !== undefined && query.counted !== false && !query.labels?.length && !query.fields?.length;
}

interface Source {
  /** Common table expressions; `keys` is what `remaining` counts. */
  tables: Fragment;
  rows: Fragment;
}

/** Which objects of the resource are meant, for a table of that shape; the same for rows of now and of then. */
function scope(sql: Sql, tenant: string, query: ListQuery): Fragment {
  const { namespace, after } = query;
  return sql`tenant = ${tenant} and resource = ${query.resource}
    ${namespace === undefined ? sql`` : sql`and namespace = ${namespace}`}
    ${after === undefined ? sql`` : sql`and (namespace, name) > (${after.namespace}, ${after.name})`}`;
}

function currentState(sql: Sql, tenant: string, query: ListQuery): Source {
  const where = scope(sql, tenant, query);
  return {
    tables: sql`keys as not materialized (select from objects where ${where})`,
    rows: sql`select namespace, name, uid, revision, body from objects
      where ${where} ${termConditions(sql, tenant, query)} ${selectorConditions(sql, currentColumns(sql, query), query)}`,
  };
}

function stateAt(sql: Sql, tenant: string, query: ListQuery): Source {
  const where = scope(sql, tenant, query);
  const at = query.atRevision!;
  const pastColumns = {
    labels: sql`coalesce(previous_labels, labels)`,
    fields: sql`coalesce(previous_fields, fields)`,
    namespace: sql`namespace`,
    name: sql`name`,
  };
  return {
    // A page is usually asked for seconds after the first one: what changed since is little, and found by revision.
    tables: sql`
      since as (
        select distinct on (namespace, name) * from changes where ${where} and revision > ${at}
        order by namespace, name, revision
      ),
      keys as not materialized (
        select from objects where ${where} and revision <= ${at}
        union all
        select from since where previous_revision is not null
      )`,
    rows: sql`
      (select namespace, name, uid, revision, body from objects
       where ${where} and revision <= ${at} ${selectorConditions(sql, currentColumns(sql, query), query)}
       ${page(sql, query)})
      union all
      (select namespace, name, uid, previous_revision, coalesce(previous_body, body) from since
       where previous_revision is not null ${selectorConditions(sql, pastColumns, query)}
       ${page(sql, query)})`,
  };
}

function currentColumns(sql: Sql, query: ListQuery) {
  return {
    labels: sql`labels`,
    fields: sql`fields`,
    namespace: sql`namespace`,
    name: sql`name`,
    ...(query.resource === 'pods' ? { node: sql`node` } : {}),
  };
}
