/**
 * `npm run bench:scale`: what one key's work costs while a namespace and the number of nodes grow. One ReplicaSet of 3, one
 * Service's EndpointSlice, one more pod and one Deployment of 3, each from POST until a watch shows its end, with 0, 1,000
 * and 10,000 other pods in the namespace and 100 nodes that heartbeat, then 1,000; and 2,000 pods of one Deployment at once
 * with one more pod right behind them. No containers run. Against a control plane of its own; ends within some minutes.
 */
import os from 'node:os';
import { type ApiClient, createApiClient } from './api-client.ts';
import { type BenchedControlPlane, startControlPlane } from './control-plane.ts';
import { createFakeNodes } from './fake-nodes.ts';
import { load, median, percentile } from './load.ts';
import { createObserver, type Observer } from './observer.ts';

const NAMESPACE = 'default';
const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const APPS = `/apis/apps/v1/namespaces/${NAMESPACE}`;
const RUNS = 15;
const BURST = 2000;

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'app:1', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
  },
});

interface Bench {
  api: ApiClient;
  plane: BenchedControlPlane;
  observer: Observer;
}

let serial = 0;
const unique = (what: string) => `${what}-${++serial}`;

async function createPod({ api }: Bench, name: string, nodeName?: string, labels = { app: name }): Promise<void> {
  const { spec } = template(name);
  const pod = { metadata: { name, labels }, spec: { ...spec, ...(nodeName === undefined ? {} : { nodeName }) } };
  await api.request('POST', `${CORE}/pods`, 201, JSON.stringify(pod));
}

async function createWorkload({ api }: Bench, kind: 'replicasets' | 'deployments', app: string, replicas: number) {
  const spec = { replicas, selector: { matchLabels: { app } }, template: template(app) };
  await api.request('POST', `${APPS}/${kind}`, 201, JSON.stringify({ metadata: { name: app }, spec }));
}

/** Milliseconds from before the request to the event that `seen` waits for. */
async function timed(act: () => Promise<unknown>, seen: Promise<number>): Promise<number> {
  const began = performance.now();
  await act();
  return (await seen) - began;
}

async function oneReplicaSet(bench: Bench): Promise<number> {
  const app = unique('rs');
  return timed(() => createWorkload(bench, 'replicasets', app, 3), bench.observer.pods(app, 3, 'made'));
}

async function oneDeployment(bench: Bench): Promise<number> {
  const app = unique('deploy');
  return timed(() => createWorkload(bench, 'deployments', app, 3), bench.observer.pods(app, 3, 'bound'));
}

async function onePod(bench: Bench): Promise<number> {
  const app = unique('pod');
  return timed(() => createPod(bench, app), bench.observer.pods(app, 1, 'bound'));
}

/** The Service is there: what is measured is the slice's change when the last of its three pods becomes ready. */
async function oneService(bench: Bench): Promise<number> {
  const { api } = bench;
  const app = unique('svc');
  await api.request(
    'POST',
    `${CORE}/services`,
    201,
    JSON.stringify({ metadata: { name: app }, spec: { selector: { app }, ports: [{ port: 80 }] } }),
  );
  const ready = (name: string, last: number) =>
    api.request(
      'PATCH',
      `${CORE}/pods/${name}/status`,
      200,
      JSON.stringify({
        status: {
          phase: 'Running',
          podIP: `10.200.0.${last}`,
          podIPs: [{ ip: `10.200.0.${last}` }],
          conditions: [{ type: 'Ready', status: 'True' }],
        },
      }),
      'application/strategic-merge-patch+json',
    );
  const two = bench.observer.endpoints(app, 2);
  for (const index of [1, 2, 3]) await createPod(bench, `${app}-${index}`, 'node-0', { app });
  await ready(`${app}-1`, 1);
  await ready(`${app}-2`, 2);
  await two;
  return timed(() => ready(`${app}-3`, 3), bench.observer.endpoints(app, 3));
}

const ROWS: readonly (readonly [string, (bench: Bench) => Promise<number>])[] = [
  ['ReplicaSet of 3: POST to pods', oneReplicaSet],
  ['EndpointSlice: pod ready to slice', oneService],
  ['one more pod: POST to bound', onePod],
  ['Deployment of 3: POST to bound', oneDeployment],
];

async function rows(bench: Bench, size: string, first: Map<string, number>): Promise<void> {
  for (const [what, run] of ROWS) {
    for (let warm = 0; warm < 3; warm++) await run(bench);
    const before = await bench.plane.usage();
    const times: number[] = [];
    for (let round = 0; round < RUNS; round++) times.push(await run(bench));
    const after = await bench.plane.usage();
    const cpu = (key: 'controlPlane' | 'postgres') =>
      (((after[key].cpuSeconds - before[key].cpuSeconds) * 1000) / RUNS).toFixed(1);
    const p50 = median(times);
    if (!first.has(what)) first.set(what, p50);
    const against = (p50 / first.get(what)!).toFixed(2);
    console.log(
      `| ${size.padEnd(26)} | ${what.padEnd(34)} | ${p50.toFixed(1).padStart(7)} | ` +
        `${percentile(times, 0.99).toFixed(1).padStart(7)} | ${cpu('controlPlane').padStart(8)} | ${cpu('postgres').padStart(8)} | ${against.padStart(7)} |`,
    );
  }
}

async function burst(bench: Bench): Promise<void> {
  const before = await bench.plane.usage();
  const app = unique('burst');
  const all = await timed(
    () => createWorkload(bench, 'deployments', app, BURST),
    bench.observer.pods(app, BURST, 'bound'),
  );
  const after = await bench.plane.usage();
  const cpu =
    after.controlPlane.cpuSeconds -
    before.controlPlane.cpuSeconds +
    after.postgres.cpuSeconds -
    before.postgres.cpuSeconds;
  const behind: number[] = [];
  for (let index = 0; index < 30; index++) behind.push(await onePod(bench));
  console.log(
    `\nDeployment of ${BURST}, POST to all bound: ${((BURST / all) * 1000).toFixed(0)} pods/s, ${cpu.toFixed(1)} CPU s; ` +
      `one more pod right behind it: ${median(behind).toFixed(1)}/${percentile(behind, 0.99).toFixed(1)} ms (p50/p99)`,
  );
}

async function heartbeats(bench: Bench, nodes: number): Promise<void> {
  const before = await bench.plane.usage();
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  const after = await bench.plane.usage();
  const cpu = (key: 'controlPlane' | 'postgres') => ((after[key].cpuSeconds - before[key].cpuSeconds) * 2).toFixed(1);
  console.log(
    `Heartbeats of ${nodes} nodes: ${cpu('controlPlane')} CPU s a minute of the control plane, ${cpu('postgres')} of PostgreSQL`,
  );
}

const plane = await startControlPlane(process.argv.slice(2));
try {
  const api = createApiClient(plane.server, plane.ca, plane.token);
  const nodes = createFakeNodes(api);
  const observer = await createObserver(api, NAMESPACE);
  const bench: Bench = { api, plane, observer };
  console.log(`${os.cpus().length} × ${os.cpus()[0]?.model}, Node ${process.version}, client on the same cores\n`);
  console.log(
    '| beside                     | what                               |  p50 ms |  p99 ms |  API CPU |   PG CPU | to none |',
  );
  console.log(
    '| -------------------------- | ---------------------------------- | ------: | ------: | -------: | -------: | ------: |',
  );
  const first = new Map<string, number>();
  await nodes.grow(100);
  let pods = 0;
  for (const size of [0, 1000, 10_000]) {
    const from = pods;
    await load(size - from, 16, (index) => createPod(bench, `other-${from + index}`, `node-${index % 100}`));
    pods = size;
    await rows(bench, `${size} pods, 100 nodes`, first);
  }
  await nodes.grow(1000);
  await rows(bench, `${pods} pods, 1000 nodes`, first);
  await heartbeats(bench, 1000);
  await burst(bench);
  await nodes.stop();
  observer.close();
  api.close();
} finally {
  await plane.stop();
}
