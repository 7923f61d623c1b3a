/**
 * `npm run bench`: create, get, status patch, list, watch fan-out and delete over TLS with 1, 16 and 64 clients on pods of
 * 2 KB, against a control plane of its own (embedded PostgreSQL, no agent), beside raw SQL on the same database. Only
 * loopback; ends by itself within three minutes. The pods name a scheduler that does not exist, so that only the API is
 * measured. What follows `--` goes to the control plane's Node, e.g. `npm run bench -- --cpu-prof --cpu-prof-dir=/tmp`.
 */
import os from 'node:os';
import { type ApiClient, createApiClient } from './api-client.ts';
import { type BenchedControlPlane, startControlPlane } from './control-plane.ts';
import { measureFlood } from './flood.ts';
import { createHttp2Client } from './http2-client.ts';
import { load, median } from './load.ts';
import { podBody } from './pod-body.ts';
import { createRawLimit, type RawLimit } from './raw-sql.ts';
import { measure, printHead, printRow, type Row } from './rows.ts';
import { measureWatch } from './watch.ts';

/** Requests in each of a row's three rounds. */
const REQUESTS: readonly (readonly [clients: number, requests: number])[] = [
  [1, 200],
  [16, 1000],
  [64, 1000],
];
const WARM_UP = 1500;
const LISTED = 6500;
const LISTS = 9;
const PODS = '/api/v1/namespaces/default/pods';
const MERGE = 'application/merge-patch+json';

type Requests = Pick<ApiClient, 'request'>;

const createPod = (api: Requests, name: string) => api.request('POST', PODS, 201, podBody(name));
const getPod = (api: Requests, name: string) => api.request('GET', `${PODS}/${name}`, 200);
const patchPod = (api: Requests, name: string, message: string) =>
  api.request('PATCH', `${PODS}/${name}/status`, 200, JSON.stringify({ status: { message, phase: 'Running' } }), MERGE);
const deletePod = (api: Requests, name: string) => api.request('DELETE', `${PODS}/${name}`, 200);

async function benchmark(plane: BenchedControlPlane, api: ApiClient, http2: Requests, raw: RawLimit): Promise<void> {
  await warmUp(api, http2, raw);
  printHead();
  let created = 0;
  for (const [clients, requests] of REQUESTS) {
    const first = created;
    created += requests * 3;
    const name = (round: number, index: number) => `pod-${first + round * requests + index}`;
    const row = async (
      what: string,
      request: (round: number, index: number) => Promise<unknown>,
      limit: RawLimit['write'],
    ) => {
      const run = (round: number) => load(requests, clients, (index) => request(round, index));
      printRow(await measure(plane, what, clients, run, () => limit(requests, clients)));
    };
    await row('create', (round, index) => createPod(api, name(round, index)), raw.write);
    await row('get', (round, index) => getPod(api, name(round, index)), raw.get);
    await row('patch status', (round, index) => patchPod(api, name(round, index), `seen ${index}`), raw.write);
    if (clients === 16) {
      await row('create, HTTP/2', (round, index) => createPod(http2, `http2-${round}-${index}`), raw.write);
      await row('get, HTTP/2', (round, index) => getPod(http2, name(round, index)), raw.get);
      await row('delete', (round, index) => deletePod(api, `http2-${round}-${index}`), raw.write);
    }
  }
  await load(LISTED - created, 16, (index) => createPod(api, `pod-${created + index}`));
  printRow(await measureList(plane, api, raw));
  printRow(await measureWatch(plane, api, PODS));
}

/** Compilers are idle and tables are not new when counting begins. */
async function warmUp(api: ApiClient, http2: Requests, raw: RawLimit): Promise<void> {
  for (const client of [api, http2]) {
    await load(WARM_UP, 16, (index) => createPod(client, `warm-${index}`));
    await load(WARM_UP, 16, (index) => getPod(client, `warm-${index}`));
    await load(WARM_UP, 16, (index) => patchPod(client, `warm-${index}`, 'warm'));
    await api.request('GET', PODS, 200);
    await load(WARM_UP, 16, (index) => deletePod(client, `warm-${index}`));
  }
  await raw.write(WARM_UP, 16);
  await raw.get(WARM_UP, 16);
}

async function measureList(plane: BenchedControlPlane, api: ApiClient, raw: RawLimit): Promise<Row> {
  const times: number[] = [];
  const limits: number[] = [];
  const cpu = { api: 0, postgres: 0, client: 0 };
  let bytes = 0;
  for (let i = 0; i < LISTS; i++) {
    const before = await plane.usage();
    const own = process.cpuUsage();
    const started = performance.now();
    bytes = (await api.request('GET', PODS, 200)).length;
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(own);
    const after = await plane.usage();
    cpu.api += ((after.controlPlane.cpuSeconds - before.controlPlane.cpuSeconds) * 1000) / LISTS;
    cpu.postgres += ((after.postgres.cpuSeconds - before.postgres.cpuSeconds) * 1000) / LISTS;
    cpu.client += (user + system) / 1000 / LISTS;
    limits.push(await raw.list(LISTED));
  }
  const [time, limit] = [median(times), median(limits)];
  return {
    what: `list ${LISTED} (${(bytes / 1e6).toFixed(1)} MB)`,
    clients: 1,
    p50: time,
    p99: Math.max(...times),
    cpu,
    raw: { milliseconds: limit, ratio: limit / time },
  };
}

const plane = await startControlPlane(process.argv.slice(2));
try {
  const idle = await plane.usage();
  const api = createApiClient(plane.server, plane.ca, plane.token);
  const http2 = await createHttp2Client(plane.server, plane.ca, plane.token);
  const stored = podBody('pod-00000');
  const raw = await createRawLimit(plane.databaseUrl, stored.padEnd(2048, ' '));
  const [one] = os.loadavg();
  console.log(
    `${os.cpus().length} × ${os.cpus()[0]?.model}, Linux ${os.release()}, Node ${process.version}, load ${one?.toFixed(1)} ` +
      `at the start; client, API and PostgreSQL on the same cores; a pod is sent as ${stored.length} bytes\n`,
  );
  await benchmark(plane, api, http2, raw);
  // Its 64 connections are processes of PostgreSQL.
  await raw.close();
  const busy = await plane.usage();
  const memory = (usage: typeof idle) =>
    `control plane ${usage.controlPlane.memoryMiB.toFixed(0)} MiB + PostgreSQL ${usage.postgres.memoryMiB.toFixed(0)} MiB`;
  await measureFlood(plane);
  console.log(`\nmemory (proportional set size): ${memory(idle)} at the start, ${memory(busy)} at the end`);
  http2.close();
  api.close();
} finally {
  await plane.stop();
}
