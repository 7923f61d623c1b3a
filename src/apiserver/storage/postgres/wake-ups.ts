/**
 * Tells other processes of commits by NOTIFY, after the commit and coalesced: inside every write it halves throughput,
 * because notifying transactions commit one after the other in the whole server.
 */

import type { Database } from '../../../db/connection.ts';
import { guarded } from '../../../meta/guard.ts';
import type { WakeUps } from '../node-feed.ts';

const CHANNEL = 'kedge_commits';

export interface PostgresWakeUpsOptions {
  /** One notification a tenant in this time at most. Default 10. */
  coalesceMilliseconds?: number;
}

export interface PostgresWakeUps extends WakeUps {
  close(): Promise<void>;
}

/** Needs a session of its own for LISTEN: the database's address must not lead through a transaction pooler. */
export function createWakeUps(db: Database, options: PostgresWakeUpsOptions = {}): PostgresWakeUps {
  const self = crypto.randomUUID();
  const pending = new Set<string>();
  const stops: (() => Promise<unknown>)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  async function send(): Promise<void> {
    timer = undefined;
    const tenants = [...pending];
    pending.clear();
    try {
      // Not worth a flush of the log: what it tells is already safe.
      await db.query('commits.notify', (sql) => {
        return sql`
          select set_config('synchronous_commit', 'off', true),
                 (select count(pg_notify(${CHANNEL}, ${`${self} `} || tenant))
                  from json_array_elements_text(${JSON.stringify(tenants)}::text::json) as tenant)`;
      });
    } catch {
      // A hint that is lost: the others' safety poll finds the change.
    }
  }

  return {
    publish(tenant) {
      if (closed) return;
      pending.add(tenant);
      timer ??= setTimeout(guarded('commits notify', send), options.coalesceMilliseconds ?? 10);
    },
    subscribe(onWake) {
      const listening = db.sql.listen(
        CHANNEL,
        guarded('wake-up', (payload: string) => {
          const space = payload.indexOf(' ');
          if (payload.slice(0, space) !== self) onWake(payload.slice(space + 1));
        }),
        guarded('wake-up', () => onWake(undefined)),
      );
      listening.catch(() => {});
      // The client listens again by itself after a lost connection; a first failure leaves the safety poll.
      stops.push(() => listening.then((meta) => meta.unlisten()).catch(() => {}));
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
