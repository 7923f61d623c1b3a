/** What goes wrong, when: a plan that a seed decides, and its execution. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PendingQuery, Row } from 'postgres';
import { connect, type Sql } from '../../../src/db/connection.ts';
import { eventually } from '../eventually.ts';
import type { FaultyCluster, Plane } from './cluster.ts';
import type { Random } from './random.ts';

export type FaultKind =
  | 'kill -9 of a control plane'
  | 'kill -9 of both control planes'
  | 'SIGSTOP'
  | 'connections cut'
  | 'connections refused'
  | 'black hole'
  | 'answers withheld'
  | 'PostgreSQL restarted'
  | 'PostgreSQL killed -9'
  | 'a backend killed -9'
  | 'backends terminated';

const KINDS: readonly FaultKind[] = [
  'kill -9 of a control plane',
  'PostgreSQL killed -9',
  'SIGSTOP',
  'answers withheld',
  'kill -9 of both control planes',
  'connections cut',
  'PostgreSQL restarted',
  'black hole',
  'backends terminated',
  'connections refused',
  'a backend killed -9',
];

export interface Fault {
  kind: FaultKind;
  plane: 0 | 1;
  /** Where connections fail: between clients and the control plane, or behind it. */
  side: 'front' | 'back';
  /** How long it lasts, in milliseconds. */
  lasts: number;
  /** Peace after it. */
  rest: number;
  /** Withheld answers and black holes end in a reset: what was held never arrives. */
  resets: boolean;
}

/** Faults one after the other for about so long; every kind before any comes again. */
export function planFaults(random: Random, milliseconds: number): Fault[] {
  const plan: Fault[] = [];
  let deck: FaultKind[] = [];
  for (let at = 0; at < milliseconds; ) {
    if (deck.length === 0) deck = random.shuffled(KINDS);
    const kind = deck.pop()!;
    const fault: Fault = {
      kind,
      plane: random.between(0, 1) as 0 | 1,
      side: random.pick(['front', 'back']),
      lasts: kind === 'SIGSTOP' ? random.between(1_000, Math.min(7_000, milliseconds / 6)) : random.between(200, 2_500),
      rest: random.between(300, Math.min(4_000, milliseconds / 15)),
      resets: random.next() < 0.5,
    };
    plan.push(fault);
    at += fault.lasts + fault.rest;
  }
  return plan;
}

/** Makes it happen and ends it. Resolves when the means are whole again; the programs may still be recovering. */
export async function inject(cluster: FaultyCluster, fault: Fault): Promise<void> {
  const plane = cluster.planes[fault.plane]!;
  const proxy = plane[fault.side];
  const last = () => sleep(fault.lasts);
  switch (fault.kind) {
    case 'kill -9 of a control plane':
      await plane.kill();
      return await last();
    case 'kill -9 of both control planes':
      await Promise.all(cluster.planes.map((each: Plane) => each.kill()));
      return await last();
    case 'SIGSTOP':
      plane.freeze();
      await last();
      return plane.thaw();
    case 'connections cut':
      return proxy.reset();
    case 'connections refused':
      await proxy.cut();
      await last();
      return await proxy.mend();
    case 'black hole':
    case 'answers withheld':
      proxy.block(fault.kind === 'black hole' ? 'all' : 'answers');
      await last();
      if (fault.resets) proxy.reset();
      return proxy.unblock();
    case 'PostgreSQL restarted':
      await cluster.postgres.pause();
      await sleep(fault.lasts / 4);
      return await cluster.postgres.resume();
    case 'PostgreSQL killed -9':
      await cluster.postgres.kill();
      return await cluster.postgres.resume();
    case 'a backend killed -9': {
      const [oldest] = await onBackends(cluster, (sql) => sql`pid`);
      return await cluster.postgres.kill(oldest!.pid);
    }
    case 'backends terminated':
      await onBackends(cluster, (sql) => sql`pg_terminate_backend(pid)`);
  }
}

/** Selects that of the processes that serve the control planes' connections, oldest first, when there are any. */
function onBackends(cluster: FaultyCluster, what: (sql: Sql) => PendingQuery<Row[]>): Promise<Row[]> {
  return eventually(async () => {
    const db = connect(`${cluster.postgres.url}/postgres`, { max: 1, applicationName: 'history' });
    try {
      const rows = await db.query('test.backends', (sql) => {
        return sql<Row[]>`
          select ${what(sql)} from pg_stat_activity
          where backend_type = 'client backend' and application_name <> 'history' order by backend_start`;
      });
      if (rows.length === 0) throw new Error('no control plane is connected');
      return rows;
    } finally {
      await db.close();
    }
  }, 30);
}
