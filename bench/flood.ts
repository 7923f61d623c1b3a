/**
 * What a flood costs its neighbours: a light client's times alone, and beside 256 clients of other users that list 5,000
 * pods, write, watch and upload at once. `npm run bench:flood` runs it alone; `npm run bench` at its end.
 */
import { fork } from 'node:child_process';
import path from 'node:path';
import { type ApiClient, createApiClient } from './api-client.ts';
import type { BenchedControlPlane } from './control-plane.ts';
import type { FloodCounts, FloodOptions } from './flooders.ts';
import { load, percentile } from './load.ts';
import { podBody } from './pod-body.ts';

export const NAMESPACE = 'flooded';
export const PODS = 5_000;
const CLIENTS = 256;
const USERS = 4;
const SECONDS = 15;
/** Before the flood counts, so that all its connections are open. */
const SETTLE_SECONDS = 3;
/** Between two requests of the light client: it asks for little. */
const PAUSE_MS = 5;
/** What the project promises. */
export const PROMISED_RATIO = 2;

interface Times {
  get: number[];
  write: number[];
}

/** Prints what it measures. `pods`: how many there are in the namespace already. */
export async function measureFlood(plane: BenchedControlPlane): Promise<void> {
  const admin = createApiClient(plane.server, plane.ca, plane.token);
  await prepare(admin);
  const light = createApiClient(plane.server, plane.ca, await tokenOf(admin, 'light'));
  const tokens = await Promise.all(Array.from({ length: USERS }, (_, index) => tokenOf(admin, `flood-${index}`)));
  await run(light, SETTLE_SECONDS, 'warm');
  const alone = await run(light, SECONDS, 'alone');

  const options: FloodOptions = { server: plane.server, ca: plane.ca, tokens, clients: CLIENTS, namespace: NAMESPACE };
  const flooders = fork(path.join(import.meta.dirname, 'flooders.ts'));
  flooders.send(options);
  await run(light, SETTLE_SECONDS, 'settle');
  const before = await plane.usage();
  const own = process.cpuUsage();
  const beside = await run(light, SECONDS, 'beside');
  const after = await plane.usage();
  const { user, system } = process.cpuUsage(own);
  const told = new Promise<{ counts: FloodCounts; cpuSeconds: number }>((resolve) =>
    flooders.once('message', (message) => resolve(message as never)),
  );
  flooders.send('stop');
  const { counts, cpuSeconds } = await told;

  console.log(`\nflood: ${CLIENTS} clients of ${USERS} users list ${PODS} pods, write, watch and upload 0.9 MB`);
  for (const what of ['get', 'write'] as const) print(what, alone[what], beside[what]);
  print('both', [...alone.get, ...alone.write], [...beside.get, ...beside.write]);
  for (const [what, answers] of Object.entries(counts)) printAnswers(what, answers);
  const share = (seconds: number, of: number) => `${((seconds / of) * 100).toFixed(0)}%`;
  const cores = (seconds: number) => share(seconds, SECONDS);
  console.log(
    `of a core while it lasted: control plane ${cores(after.controlPlane.cpuSeconds - before.controlPlane.cpuSeconds)}, ` +
      `PostgreSQL ${cores(after.postgres.cpuSeconds - before.postgres.cpuSeconds)}, ` +
      `the flood's own client ${share(cpuSeconds, SECONDS + SETTLE_SECONDS)}, ` +
      `the light client ${cores((user + system) / 1e6)}; ` +
      `control plane ${after.controlPlane.memoryMiB.toFixed(0)} MiB`,
  );
  light.close();
  admin.close();
}

function print(what: string, alone: readonly number[], beside: readonly number[]): void {
  const of = (times: readonly number[], at: number) => percentile(times, at).toFixed(1);
  const ratio = percentile(beside, 0.99) / percentile(alone, 0.99);
  console.log(
    `light client's ${what}: alone p50 ${of(alone, 0.5)} p99 ${of(alone, 0.99)} ms (${alone.length}), ` +
      `beside the flood p50 ${of(beside, 0.5)} p99 ${of(beside, 0.99)} max ${of(beside, 1)} ms (${beside.length}): ` +
      `p99 × ${ratio.toFixed(2)}${ratio > PROMISED_RATIO ? `, more than ${PROMISED_RATIO}` : ''}`,
  );
}

function printAnswers(what: string, answers: Record<number, number>): void {
  const all = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const refused = answers[429] ?? 0;
  console.log(`flooders' ${what}: ${JSON.stringify(answers)}, ${((refused / all) * 100).toFixed(0)}% refused with 429`);
}

/** Four gets and a write in turns, for so many seconds. Throws when one of them is refused. */
export async function run(api: ApiClient, seconds: number, name: string): Promise<Times> {
  const times: Times = { get: [], write: [] };
  const base = '/api/v1/namespaces/default/configmaps';
  await api.request('POST', base, 201, JSON.stringify({ metadata: { name } }));
  const until = performance.now() + seconds * 1000;
  for (let index = 0; performance.now() < until; index++) {
    const from = performance.now();
    if (index % 5 === 4) {
      const patch = JSON.stringify({ data: { index: String(index) } });
      await api.request('PATCH', `${base}/${name}`, 200, patch, 'application/merge-patch+json');
      times.write.push(performance.now() - from);
    } else {
      await api.request('GET', `${base}/${name}`, 200);
      times.get.push(performance.now() - from);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times;
}

export async function prepare(admin: ApiClient): Promise<void> {
  await admin.request('POST', '/api/v1/namespaces', 201, JSON.stringify({ metadata: { name: NAMESPACE } }));
  await load(PODS, 16, (index) =>
    admin.request('POST', `/api/v1/namespaces/${NAMESPACE}/pods`, 201, podBody(`pod-${index}`)),
  );
}

/** A service account that may edit, and its token. */
export async function tokenOf(admin: ApiClient, name: string): Promise<string> {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await admin.request('POST', accounts, 201, JSON.stringify({ metadata: { name } }));
  const binding = {
    metadata: { name: `bench-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name }],
  };
  const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  await admin.request('POST', bindings, 201, JSON.stringify(binding));
  const asked = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  const reply = await admin.request('POST', `${accounts}/${name}/token`, 201, asked);
  return (JSON.parse(reply.toString()) as { status: { token: string } }).status.token;
}
