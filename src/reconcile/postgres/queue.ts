/**
 * The work table in PostgreSQL. Each operation is one statement, so one round trip and one transaction. They commit
 * asynchronously: after a crash of the database WAL order brings back a cursor and the work that it stands for
 * together, and a key that was finished may run again, which level-based reconcilers bear.
 */
import type { Database, Fragment, Sql } from '../../db/connection.ts';
import { renderTextArray } from '../../db/text-array.ts';
import { ROOT } from '../../meta/tenant.ts';
import type { Finish, Progress, WorkItem, WorkKey, WorkQueue } from '../queue.ts';

/** The drain lease of a tenant is a work row of no controller, which no worker claims. */
const DRAIN = { controller: '', key: 'drain' };

/** A cursor that stood still for so long belongs to a release that is gone, or begins anew from another's. */
const FORGET_CURSORS_AFTER = '1 day';
/** More keys than processes run at once; were they fewer, the answer would be the end of a lease. */
const LOOK_AHEAD = 256;

/**
 * `cursorName` stands for a set of controllers, `seen` holds their identities: a new set begins where another came to,
 * and has only what that one did not know look at everything.
 */
export function createWorkQueue(db: Database, cursorName: string, seen: readonly number[] = []): WorkQueue {
  return {
    async cursor(tenant) {
      const [row] = await db.query('cursors.get', (sql) => {
        return sql<{ revision: number }[]>`
          select revision from cursors where tenant = ${tenant} and name = ${cursorName}`;
      });
      return row?.revision;
    },

    async predecessor(tenant) {
      const [row] = await db.query('cursors.predecessor', (sql) => {
        return sql<Progress[]>`
          select revision, array_to_json(seen) as seen from cursors where tenant = ${tenant} and name <> ${cursorName} and seen <> '{}'
          order by revision desc limit 1`;
      });
      return row;
    },

    async advance(tenant, from, through, keys) {
      const [row] = await db.query('cursors.advance', (sql) => {
        return sql<{ moved: boolean }[]>`
          with moved as (
            insert into cursors as c (tenant, name, revision, seen)
            values (${tenant}, ${cursorName}, ${through}::bigint, ${`{${seen.join(',')}}`}::text::integer[])
            on conflict (tenant, name) do update set revision = excluded.revision, advanced_at = now()
              where c.revision = ${from ?? -1}::bigint
            returning true as moved
          ), ${from === undefined ? sql`forgotten as (${forgetCursors(sql, tenant, cursorName)}),` : sql``} added as (${insertWork(sql, tenant, keys)} where exists (select from moved) ${mergeWork(sql)})
          select exists (select from moved) as moved, ${asynchronously(sql)}`;
      });
      return row?.moved ?? false;
    },

    async enqueue(tenant, keys) {
      if (keys.length === 0) return;
      await db.query('work.enqueue', (sql) => {
        return sql`
          with added as (${insertWork(sql, tenant, keys)} where true ${mergeWork(sql)})
          select ${asynchronously(sql)}`;
      });
    },

    async enqueueEverywhere({ controller, key }, resource) {
      await db.query('work.enqueueEverywhere', (sql) => {
        return sql`
          insert into work as w (tenant, controller, key)
          select t.id, ${controller}, ${key} from tenants t
          where t.suspended_at is null
            and (t.id = ${ROOT} or exists (select from objects o where o.tenant = t.id and o.resource = ${resource}))
          order by t.id ${mergeWork(sql)}`;
      });
    },

    async claim(controllers, shares, leaseSeconds) {
      return await db.query('work.claim', (sql) => {
        // The heads of each controller's queue in turns. Unlocked first: what another takes meanwhile is skipped below.
        return sql<WorkItem[]>`
          with heads as (
            select share.tenant, name.controller, head.key, head.run_at, share."limit",
              row_number() over (partition by share.tenant, name.controller order by head.run_at) as turn
            from jsonb_to_recordset(${JSON.stringify(shares)}::text::jsonb) as share (tenant text, "limit" int)
            cross join (select unnest(${renderTextArray(controllers)}::text::text[]) as controller) name
            cross join lateral (
              select w.key, w.run_at from work w
              where w.tenant = share.tenant and w.controller = name.controller and ${isDue(sql)}
              order by w.run_at limit share."limit"
            ) head
          ), places as (
            select heads.*, row_number() over (partition by tenant order by turn, run_at) as place from heads
          ), due as materialized (
            select w.tenant, w.controller, w.key from places
            join work w on w.tenant = places.tenant and w.controller = places.controller and w.key = places.key
            where places.place <= places."limit" and ${isDue(sql)}
            for update of w skip locked
          ), claimed as (
            update work w set claim = gen_random_uuid(), claimed_until = now() + ${leaseSeconds}::float8 * interval '1 s'
            from due where w.tenant = due.tenant and w.controller = due.controller and w.key = due.key
            returning w.tenant, w.controller, w.key, w.version, w.attempts, w.claim
          )
          select claimed.* from claimed, (select ${asynchronously(sql)}) setting`;
      });
    },

    async due(controllers) {
      const rows = await db.query('work.due', (sql) => {
        const next = (after: Fragment) => sql`
          select w.tenant from work w
          where ${after} and w.controller in ${sql([...controllers])} and ${isDue(sql)} order by w.tenant limit 1`;
        return sql<{ tenant: string }[]>`
          with recursive found as (
            (${next(sql`true`)})
            union all
            select (${next(sql`w.tenant > found.tenant`)}) from found where found.tenant is not null
          )
          select tenant from found where tenant is not null`;
      });
      return rows.map((row) => row.tenant);
    },

    async extend(item, leaseSeconds) {
      const rows = await db.query('work.extend', (sql) => {
        return sql`
          update work set claimed_until = now() + ${leaseSeconds}::float8 * interval '1 s'
          where ${isRow(sql, item)} and claim = ${item.claim} returning true`;
      });
      return rows.length > 0;
    },

    finish: (item, outcome) => finish(db, item, outcome),

    async secondsToNext(controllers, tenant) {
      const [row] = await db.query('work.next', (sql) => {
        const names = sql`controller in ${sql([...controllers])}`;
        // The first of them in the order of an index. Those that are claimed stand in front, at most as many as run at once.
        return sql<{ seconds: number | null }[]>`
          select extract(epoch from min(greatest(run_at, claimed_until)) - now())::float8 as seconds
          from (
            select run_at, claimed_until from work
            where ${tenant === undefined ? names : sql`tenant = ${tenant} and ${names}`}
            order by run_at limit ${LOOK_AHEAD}
          ) first`;
      });
      return row?.seconds ?? undefined;
    },

    async behind() {
      const rows = await db.query('cursors.behind', (sql) => {
        return sql<{ id: string }[]>`
          select t.id from tenants t left join cursors c on c.tenant = t.id and c.name = ${cursorName}
          where t.suspended_at is null and t.revision > coalesce(c.revision, 0)`;
      });
      return rows.map((row) => row.id);
    },

    async resources(tenant) {
      // A loose index scan: one probe a resource, however many objects there are.
      const rows = await db.query('objects.resources', (sql) => {
        return sql<{ resource: string }[]>`
          with recursive seen as (
            (select resource from objects where tenant = ${tenant} order by resource limit 1)
            union all
            select (select o.resource from objects o where o.tenant = ${tenant} and o.resource > seen.resource
                    order by o.resource limit 1)
            from seen where seen.resource is not null
          )
          select resource from seen where resource is not null`;
      });
      return rows.map((row) => row.resource);
    },

    async beginDrain(tenant, leaseSeconds) {
      const claim = crypto.randomUUID();
      const [row] = await db.query('drains.begin', (sql) => {
        return sql<{ claim: string }[]>`
          with lease as (
            insert into work as w (tenant, controller, key, claim, claimed_until)
            values (${tenant}, ${DRAIN.controller}, ${DRAIN.key}, ${claim}, now() + ${leaseSeconds}::float8 * interval '1 s')
            on conflict (tenant, controller, key) do update set
              version = w.version + 1,
              claim = case when w.claimed_until > now() then w.claim else excluded.claim end,
              claimed_until = case when w.claimed_until > now() then w.claimed_until else excluded.claimed_until end
            returning claim
          )
          select lease.claim from lease, (select ${asynchronously(sql)}) setting`;
      });
      return row?.claim === claim ? { tenant, claim } : undefined;
    },

    async endDrain(lease, controllers, leaseSeconds) {
      const [row] = await db.query('drains.end', (sql) => {
        // Whoever was turned away has committed its change and raised the version: attempts remembers the version that
        // the work below was checked against, so that the row goes only if nobody came since the check before.
        return sql<{ ended: boolean }[]>`
          with ended as (
            delete from work where ${isRow(sql, { ...DRAIN, ...lease })} and claim = ${lease.claim}
              and version = attempts + 1
              and not exists (
                select from work d where d.tenant = ${lease.tenant} and d.controller in ${sql([...controllers])}
                  and d.run_at <= now() and (d.claimed_until is null or d.claimed_until <= now())
              )
              and not exists (
                select from tenants t left join cursors c on c.tenant = t.id and c.name = ${cursorName}
                where t.id = ${lease.tenant} and t.revision > coalesce(c.revision, 0)
              )
            returning true
          ), kept as (
            update work set attempts = version - 1, claimed_until = now() + ${leaseSeconds}::float8 * interval '1 s'
            where ${isRow(sql, { ...DRAIN, ...lease })} and claim = ${lease.claim} and not exists (select from ended)
          )
          select exists (select from ended) as ended, ${asynchronously(sql)}`;
      });
      return row?.ended ?? false;
    },

    async abandonDrain(lease) {
      await db.query('drains.abandon', (sql) => {
        return sql`delete from work where ${isRow(sql, { ...DRAIN, ...lease })} and claim = ${lease.claim}`;
      });
    },
  };
}

async function finish(db: Database, item: WorkItem, outcome: Finish): Promise<boolean> {
  const mine = (sql: Sql) => sql`${isRow(sql, item)} and claim = ${item.claim}`;
  const unchanged = (sql: Sql) => sql`version = ${item.version}::bigint`;
  const error = outcome.kind === 'retry' ? outcome.error.slice(0, 1000) : null;
  const seconds = outcome.kind === 'after' || outcome.kind === 'retry' ? outcome.seconds : 0;
  const [row] = await db.query('work.finish', (sql) => {
    const attempts = { retry: sql`attempts + 1`, release: sql`attempts`, done: sql`0`, after: sql`0` }[outcome.kind];
    return sql<{ again: boolean }[]>`
      with gone as (
        delete from work where ${mine(sql)} and ${unchanged(sql)} and ${outcome.kind === 'done'} returning true
      ), kept as (
        update work set claim = null, claimed_until = null, attempts = ${attempts}, last_error = ${error},
          run_at = now() + case when ${unchanged(sql)} then ${seconds}::float8 else 0 end * interval '1 s'
        where ${mine(sql)} and not exists (select from gone)
        returning ${unchanged(sql)} as unchanged
      )
      select exists (select from kept where not unchanged) as again, ${asynchronously(sql)}`;
  });
  return row?.again ?? false;
}

/** Without its conflict clause, which follows a condition. Sorted, so that two dispatchers lock rows in one order. */
function insertWork(sql: Sql, tenant: string, keys: readonly WorkKey[]) {
  const sorted = [...keys].sort((a, b) => compare(a.controller, b.controller) || compare(a.key, b.key));
  return sql`
    insert into work as w (tenant, controller, key)
    select ${tenant}, controller, key
    from jsonb_to_recordset(${JSON.stringify(sorted)}::text::jsonb) as k (controller text, key text)`;
}

function mergeWork(sql: Sql) {
  return sql`
    on conflict (tenant, controller, key) do update set version = w.version + 1, run_at = least(w.run_at, now())`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isRow(sql: Sql, row: { tenant: string; controller: string; key: string }) {
  return sql`tenant = ${row.tenant} and controller = ${row.controller} and key = ${row.key}`;
}

/** Of the row called w. */
function isDue(sql: Sql) {
  return sql`w.run_at <= now() and (w.claimed_until is null or w.claimed_until <= now())`;
}

function forgetCursors(sql: Sql, tenant: string, cursorName: string) {
  return sql`
    delete from cursors where tenant = ${tenant} and name <> ${cursorName}
      and advanced_at < now() - ${FORGET_CURSORS_AFTER}::text::interval`;
}

/** For this statement's transaction only; evaluated as the statement runs, so before it commits. */
function asynchronously(sql: Sql) {
  return sql`set_config('synchronous_commit', 'off', true)`;
}
