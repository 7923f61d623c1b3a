/**
 * The history check under faults: in two tenants side by side, 8 writers, 8 watchers and 2 listers a tenant work on a small
 * key space through two control planes, while those, PostgreSQL and the connections between them fail. See check.ts for
 * what must hold.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../eventually.ts';
import { type Caller, createCaller } from './caller.ts';
import { check, type Verdict } from './check.ts';
import { type FaultyCluster, startFaultyCluster } from './cluster.ts';
import { inject, planFaults } from './faults.ts';
import { type ListerLog, list, runLister } from './listers.ts';
import { collectionPath, KEYS, NAMESPACE, RESOURCES, resourceOf, versionOf } from './objects.ts';
import { createRandom, type Random } from './random.ts';
import { COLOR, type History, type Violation } from './record.ts';
import { runWatcher, WATCHERS, type WatcherLog } from './watchers.ts';
import { backlog, makeNode, runKubelet, runWorkload } from './workload.ts';
import { runWriter, type WriterLog, write } from './writers.ts';

const WRITERS = 8;
const LISTERS = 2;
const OTHER_TENANT = 'acme';

export interface Counts {
  acknowledged: number;
  unknown: number;
  events: number;
  lists: number;
}

export interface RunResult {
  /** One line a tenant, and one of the faults. */
  summary: string[];
  /** Of each tenant: writes that were acknowledged, writes of unknown outcome, events, and lists. */
  counts: Counts[];
  violations: string[];
  /** What the controllers of either tenant did not get done in time. */
  backlog: string[];
  logs: string;
}

export interface RunOptions {
  seed: number;
  seconds: number;
  /** How long watchers and controllers may take to catch up, in seconds. */
  patience: number;
}

export async function runHistory({ seed, seconds, patience }: RunOptions): Promise<RunResult> {
  const random = createRandom(seed);
  const plan = planFaults(random.fork(), seconds * 1000);
  const cluster = await startFaultyCluster();
  const stopping = new AbortController();
  try {
    const root = cluster.token;
    const tenants = [
      await startTenant(cluster, { tenant: 'root', token: root, random: random.fork(), stopping: stopping.signal }),
      await startTenant(cluster, {
        tenant: OTHER_TENANT,
        token: await makeTenant(createCaller(cluster, root, 0), OTHER_TENANT),
        random: random.fork(),
        stopping: stopping.signal,
      }),
    ];
    for (const { startWriting } of tenants) startWriting();
    for (const fault of plan) {
      await inject(cluster, fault);
      await sleep(fault.rest);
    }
    await Promise.all(cluster.planes.map((plane) => plane.serves()));
    const results = await Promise.all(tenants.map((tenant) => tenant.finish(patience)));
    const deaths = cluster.planes.map((plane) => plane.deaths()).reduce((sum, each) => sum + each, 0);
    return {
      summary: [
        ...results.map(({ summary }) => summary),
        `seed ${seed}: ${plan.length} faults (${tallyOf(plan.map(({ kind }) => kind))}); control planes left by themselves ${deaths} times`,
      ],
      counts: results.map(({ counts }) => counts),
      violations: results.flatMap(({ violations }) => violations.map(({ rule, detail }) => `${rule}: ${detail}`)),
      backlog: results.flatMap((result) => result.backlog),
      logs: await cluster.logs(),
    };
  } finally {
    stopping.abort();
    await cluster.stop();
  }
}

async function makeTenant(root: Caller, name: string): Promise<string> {
  const metadata = { name, labels: { 'kedge.dev/tenant': 'true' } };
  await root.insist('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  return await eventually(async () => {
    const secret = await root.insist('GET', `/api/v1/namespaces/${name}/secrets/kedge-tenant-admin`);
    if (secret.status !== 200) throw new Error(`no token of ${name}: ${secret.status}`);
    return atob(secret.body.data.token);
  }, 30);
}

interface RunningTenant {
  startWriting(): void;
  finish(patience: number): Promise<{ summary: string; counts: Counts; violations: Violation[]; backlog: string[] }>;
}

async function startTenant(
  cluster: FaultyCluster,
  { tenant, token, random, stopping }: { tenant: string; token: string; random: Random; stopping: AbortSignal },
): Promise<RunningTenant> {
  let callers = 0;
  const caller = () => createCaller(cluster, token, callers++);
  const own = caller();
  await own.insist('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  await makeNode(own);
  // The controllers' only object in the key space, so that all watchers begin behind it.
  await eventually(async () => {
    const found = await own.insist('GET', `${collectionPath('configmaps')}/kube-root-ca.crt`);
    if (found.status !== 200) throw new Error(`no kube-root-ca.crt in ${tenant}`);
  }, 30);
  const { body } = await own.insist('GET', collectionPath('configmaps'));
  const base = {
    revision: Number(body.metadata.resourceVersion),
    states: body.items.map((item: unknown) => versionOf('configmaps', item)),
  };

  const log = {
    writes: [],
    reads: [],
    lists: [],
    segments: [],
    oddities: [],
    watches: 0,
    pages: 0,
    expired: 0,
  } as WriterLog & WatcherLog & ListerLog;
  const watching = new AbortController();
  const writing = new AbortController();
  stopping.addEventListener('abort', () => {
    watching.abort();
    writing.abort();
  });
  const watchers = WATCHERS.map((spec) =>
    runWatcher(caller(), spec, { random: random.fork(), log, tenant }, watching.signal),
  );
  const reached = (revisions: ReadonlyMap<string, number>, within: number) =>
    eventually(() => {
      const lags = WATCHERS.filter(({ selection }, index) => {
        return watchers[index]!.progress() < revisions.get(selection.resource)!;
      });
      if (lags.length > 0) throw new Error(`watchers of ${tenant} lag: ${lags.map(({ name }) => name)}`);
    }, within);
  await reached(new Map(RESOURCES.map((resource) => [resource, base.revision])), 30);
  const kubelet = runKubelet(caller(), watching.signal);
  let working: Promise<void>[] = [];

  /** A last change of each resource that every watcher of it is told of. Returns their revisions. */
  async function seal(): Promise<Map<string, number>> {
    const revisions = new Map<string, number>();
    for (const [key, color] of [
      ['configmaps/key-1', 'red'],
      ['leases/key-0', 'blue'],
    ] as const) {
      for (let count = 0; !revisions.has(resourceOf(key)); count++) {
        const content = { value: `${tenant}:last-${key}-${count}`, [COLOR]: color };
        const outcome = await write(own, { key, verb: count % 2 === 0 ? 'create' : 'patch', content }, log);
        if (outcome.kind === 'acknowledged') revisions.set(resourceOf(key), outcome.revision!);
      }
    }
    return revisions;
  }

  return {
    startWriting() {
      working = [
        ...Array.from({ length: WRITERS }, (_, writer) =>
          runWriter(caller(), { tenant, writer, random: random.fork(), log }, writing.signal),
        ),
        ...Array.from({ length: LISTERS }, () => runLister(caller(), { random: random.fork(), log }, writing.signal)),
        runWorkload(caller(), random.fork(), writing.signal),
      ];
    },
    async finish(patience) {
      writing.abort();
      await Promise.all(working);
      const last = await seal();
      // What they did not get in time, the check misses.
      await reached(last, patience).catch(() => {});
      for (const resource of RESOURCES) {
        for (const limit of [0, 2]) await list(caller(), { resource }, { limit, log });
      }
      const left = await eventually(async () => {
        const todo = await backlog(own);

        if (todo.length > 0) throw new Error(todo.join('\n'));
        return [];
      }, patience).catch((error: Error) => error.message.split('\n').map((line) => `${tenant}: ${line}`));
      watching.abort();
      await Promise.all([...watchers.map(({ ended }) => ended), kubelet]);

      const history: History = { tenant, base, end: Math.max(...last.values()), keys: new Set(KEYS), ...log };
      const verdict = check(history);
      const counts = countsOf(history);
      const summary = summaryOf(history, log, counts, verdict);
      return { summary, counts, violations: verdict.violations, backlog: left };
    },
  };
}

function countsOf({ writes, segments, lists }: History): Counts {
  const of = (kind: string) => writes.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    acknowledged: of('acknowledged'),
    unknown: of('unknown'),
    events: segments.flatMap(({ items }) => items).filter(({ type }) => type !== 'BOOKMARK').length,
    lists: lists.length,
  };
}

function summaryOf(
  { tenant, writes, reads }: History,
  { watches, pages, expired }: WatcherLog & ListerLog,
  { acknowledged, unknown, events, lists }: Counts,
  { violations, changes, tookPlace }: Verdict,
): string {
  return (
    `${tenant}: ${writes.length + reads.length + pages + watches} operations, ${acknowledged} acknowledged, ` +
    `${writes.length - acknowledged - unknown} refused, ${unknown} unknown (${tookPlace} of them took place), ` +
    `${reads.length} reads, ${changes} changes, ${events} events in ${watches} watches, ${lists} lists in ${pages} pages, ` +
    `${expired} expired, ${violations.length} violations`
  );
}

function tallyOf(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => `${text} ${count}`).join(', ');
}
