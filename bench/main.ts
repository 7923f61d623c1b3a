/**
 * `npm run bench`: create, get, status patch, list, watch fan-out and delete over HTTPS with 1, 16 and 64 clients on pods
 * of 2 KB, against a control plane of its own (embedded PostgreSQL, no agent), beside raw SQL on the same database.
 * Only loopback; ends by itself. The pods name a scheduler that does not exist, so that only the API is measured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { dataDirAt } from '../src/cli/data-dir.ts';
import { startEmbeddedPostgres } from '../src/cli/up/postgres.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { load, type Measured, percentiles } from './load.ts';
import { type Usage, usageOf } from './processes.ts';
import { createRawLimit, type RawLimit } from './raw-sql.ts';

const CLIENTS = [1, 16, 64];
const REQUESTS: Record<number, number> = { 1: 600, 16: 3000, 64: 3000 };
const LISTED = 6500;
const WATCHERS = 100;
const WATCHED_WRITES = 300;
const PODS = '/api/v1/namespaces/default/pods';

interface Processes {
  controlPlane: number;
  postmaster: number;
}

async function usage(processes: Processes): Promise<{ controlPlane: Usage; postgres: Usage }> {
  return { controlPlane: await usageOf(processes.controlPlane), postgres: await usageOf(processes.postmaster) };
}

function podBody(name: string): string {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', shard: String(name.length % 7) } },
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          command: ['sleep', '3600'],
          env: Array.from({ length: 12 }, (_, i) => ({ name: `VARIABLE_${i}`, value: `${'value'.repeat(10)}${i}` })),
          resources: { requests: { cpu: '10m', memory: '16Mi' } },
        },
      ],
    },
  };
  return JSON.stringify(pod);
}

async function measure(
  what: string,
  clients: number,
  processes: Processes,
  run: () => Promise<Measured>,
  raw?: () => Promise<Measured>,
): Promise<void> {
  const before = await usage(processes);
  const measured = await run();
  const after = await usage(processes);
  const perRequest = (part: 'controlPlane' | 'postgres') =>
    (((after[part].cpuSeconds - before[part].cpuSeconds) / measured.requests) * 1000).toFixed(2);
  const limit = await raw?.();
  console.log(
    [
      what.padEnd(14),
      String(clients).padStart(4),
      measured.rate.toFixed(0).padStart(8),
      measured.p50.toFixed(1).padStart(8),
      measured.p99.toFixed(1).padStart(8),
      perRequest('controlPlane').padStart(9),
      perRequest('postgres').padStart(9),
      (limit?.rate.toFixed(0) ?? '').padStart(9),
      (limit === undefined ? '' : (measured.rate / limit.rate).toFixed(2)).padStart(7),
    ].join(' '),
  );
}

async function benchmark(api: ApiClient, raw: RawLimit, processes: Processes): Promise<void> {
  console.log(`${'request'.padEnd(14)} clients      /s   p50 ms   p99 ms  api ms  pg ms/req  raw SQL/s   ratio`);
  let created = 0;
  for (const clients of CLIENTS) {
    const total = REQUESTS[clients]!;
    const first = created;
    created += total;
    await measure(
      'create',
      clients,
      processes,
      () =>
        load(
          total,
          clients,
          async (index) => void (await api.request('POST', PODS, 201, podBody(`pod-${first + index}`))),
        ),
      () => raw.write(total, clients),
    );
    const name = (index: number) => `pod-${first + (index % total)}`;
    await measure(
      'get',
      clients,
      processes,
      () => load(total, clients, async (index) => void (await api.request('GET', `${PODS}/${name(index)}`, 200))),
      () => raw.get(total, clients),
    );
    await measure(
      'patch status',
      clients,
      processes,
      () =>
        load(total, clients, async (index) => {
          const patch = JSON.stringify({ status: { message: `seen ${index}`, phase: 'Running' } });
          await api.request('PATCH', `${PODS}/${name(index)}/status`, 200, patch, 'application/merge-patch+json');
        }),
      () => raw.write(total, clients),
    );
  }

  const missing = LISTED - created;
  await load(
    missing,
    16,
    async (index) => void (await api.request('POST', PODS, 201, podBody(`pod-${created + index}`))),
  );
  await measureList(api, raw);
  await measureWatch(api);
  for (const clients of [16]) {
    await measure(
      'delete',
      clients,
      processes,
      () => load(3000, clients, async (index) => void (await api.request('DELETE', `${PODS}/pod-${index}`, 200))),
      () => raw.write(3000, clients),
    );
  }
  const { controlPlane, postgres } = await usage(processes);
  console.log(
    `memory: control plane ${controlPlane.memoryMiB.toFixed(0)} MiB, PostgreSQL ${postgres.memoryMiB.toFixed(0)} MiB; ` +
      `CPU in all: ${controlPlane.cpuSeconds.toFixed(1)} s and ${postgres.cpuSeconds.toFixed(1)} s`,
  );
}

async function measureList(api: ApiClient, raw: RawLimit): Promise<void> {
  const times: number[] = [];
  let bytes = 0;
  for (let i = 0; i < 7; i++) {
    const started = performance.now();
    bytes = (await api.request('GET', PODS, 200)).length;
    times.push(performance.now() - started);
  }
  const limits: number[] = [];
  for (let i = 0; i < 7; i++) limits.push(await raw.list(LISTED));
  const [median, limit] = [percentiles(times).p50, percentiles(limits).p50];
  console.log(
    `list of ${LISTED} pods (${(bytes / 1e6).toFixed(1)} MB): ${median.toFixed(0)} ms; ` +
      `the same rows by SQL: ${limit.toFixed(0)} ms (ratio ${(limit / median).toFixed(2)})`,
  );
}

/** Lag: from just before a patch is sent to when a watcher has its line. */
async function measureWatch(api: ApiClient): Promise<void> {
  const lags: number[] = [];
  const sent = new Map<string, number>();
  const list = JSON.parse(await api.request('GET', `${PODS}?limit=1`, 200)) as {
    metadata: { resourceVersion: string };
  };
  const from = list.metadata.resourceVersion;
  const stops = await Promise.all(
    Array.from({ length: WATCHERS }, () =>
      api.watch(`${PODS}?watch=1&resourceVersion=${from}`, (line) => {
        const mark = /"message":"lag (\d+)"/.exec(line)?.[1];
        const at = mark === undefined ? undefined : sent.get(mark);
        if (at !== undefined) lags.push(performance.now() - at);
      }),
    ),
  );
  for (let i = 0; i < WATCHED_WRITES; i++) {
    sent.set(String(i), performance.now());
    const patch = JSON.stringify({ status: { message: `lag ${i}` } });
    await api.request('PATCH', `${PODS}/pod-${i}/status`, 200, patch, 'application/merge-patch+json');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const deadline = performance.now() + 30_000;
  while (lags.length < WATCHED_WRITES * WATCHERS && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const stop of stops) stop();
  const { p50, p99 } = percentiles(lags);
  console.log(
    `watch with ${WATCHERS} watchers: ${lags.length} of ${WATCHED_WRITES * WATCHERS} events, ` +
      `lag p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
  );
}

async function startControlPlane(dataDir: string, databaseUrl: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      'src/cli/main.ts',
      'up',
      '--no-agent',
      '--listen',
      '127.0.0.1:0',
      '--data-dir',
      dataDir,
      '--database-url',
      databaseUrl,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready: ')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`kedge up ended with ${code}`)));
  });
  return child;
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-bench-'));
await chmod(folder, 0o755);
const data = dataDirAt(path.join(folder, 'data'));
const database = await startEmbeddedPostgres(dataDirAt(folder));
const controlPlane = await startControlPlane(data.root, database.url);
try {
  const config = parse(await readFile(data.kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const api = createApiClient(server, Buffer.from(ca, 'base64').toString(), config.users[0].user.token);
  const postmaster = Number((await readFile(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const stored = podBody('pod-00000');
  console.log(`${os.cpus().length} cores, Node ${process.version}; a pod as sent: ${stored.length} bytes`);
  const raw = await createRawLimit(database.url, stored.padEnd(2048, ' '));
  await benchmark(api, raw, { controlPlane: controlPlane.pid!, postmaster });
  await raw.close();
  api.close();
} finally {
  const exited = new Promise((resolve) => controlPlane.once('exit', resolve));
  controlPlane.kill('SIGTERM');
  await exited;
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
