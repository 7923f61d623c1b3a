/** Jobs, CronJobs and budgets as a user has them: real kubectl and real containers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job, Pod } from '../../src/client/resources.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const IMAGE = 'busybox:1.37';
const WAIT = '--timeout=120s';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
});
afterAll(() => cluster?.remove());

async function apply(manifest: object): Promise<void> {
  const { code, stderr } = await cluster.tryKubectl(['apply', '-f', '-'], JSON.stringify(manifest));
  if (code !== 0) throw new Error(stderr);
}

function job(name: string, script: string, spec: object): object {
  const container = { name: 'c', image: IMAGE, command: ['sh', '-c', script] };
  const template = { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container] } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template, ...spec } };
}

test('a Job of kubectl create runs to its end and can be read', async () => {
  await cluster.kubectl('create', 'job', 'hello', `--image=${IMAGE}`, '--', 'echo', 'done');
  await cluster.kubectl('wait', '--for=condition=complete', 'job/hello', WAIT);
  expect(await cluster.kubectl('logs', 'job/hello')).toBe('done\n');
  expect(await cluster.kubectl('get', 'job', 'hello')).toMatch(/hello +Complete +1\/1/);
});

test('containers of an indexed Job see their index and their host name', async () => {
  await apply(
    job('parts', 'echo $JOB_COMPLETION_INDEX $(hostname)', {
      completions: 2,
      parallelism: 2,
      completionMode: 'Indexed',
    }),
  );
  await cluster.kubectl('wait', '--for=condition=complete', 'job/parts', WAIT);
  for (const index of [0, 1]) {
    const label = `batch.kubernetes.io/job-name=parts,batch.kubernetes.io/job-completion-index=${index}`;
    expect(await cluster.kubectl('logs', '-l', label)).toBe(`${index} parts-${index}\n`);
  }
});

test('an exit code that the failure policy names ends the Job', async () => {
  const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
  await apply(job('strict', 'exit 42', { backoffLimit: 6, podFailurePolicy: { rules } }));
  await cluster.kubectl('wait', '--for=condition=failed', 'job/strict', WAIT);
  const { status } = await cluster.get<Job>('job', 'strict');
  expect(status?.conditions?.at(-1)?.message).toMatch(/exit code 42 matching FailJob rule at index 0$/);
});

test('a control plane that is killed in the middle of a Job counts each pod once', async () => {
  await apply(job('steady', 'sleep 1', { completions: 6, parallelism: 3 }));
  await eventually(async () => {
    const { status } = await cluster.get<Job>('job', 'steady');
    expect(status?.succeeded ?? 0).toBeGreaterThan(0);
  });
  await cluster.killControlPlane();
  await eventually(
    async () => await cluster.kubectl('wait', '--for=condition=complete', 'job/steady', '--timeout=60s'),
  );
  const { status } = await cluster.get<Job>('job', 'steady');
  const { items } = await cluster.get<{ items: Pod[] }>('pods', '-l', 'batch.kubernetes.io/job-name=steady');
  expect(status?.succeeded).toBe(6);
  expect(items.filter((pod) => pod.status?.phase === 'Succeeded')).toHaveLength(6);
});

test('a CronJob makes Jobs by the clock, and kubectl makes one of it by hand', async () => {
  await cluster.kubectl('create', 'cronjob', 'tick', `--image=${IMAGE}`, '--schedule=* * * * *', '--', 'date');
  await cluster.kubectl('create', 'job', 'by-hand', '--from=cronjob/tick');
  await cluster.kubectl('wait', '--for=condition=complete', 'job/by-hand', WAIT);
  const made = await eventually(async () => {
    const name = /job.batch\/(tick-\d+)/.exec(await cluster.kubectl('get', 'jobs', '-o', 'name'))?.[1];
    expect(name).toBeDefined();
    return name;
  }, 120);
  await cluster.kubectl('patch', 'cronjob', 'tick', '-p', '{"spec":{"suspend":true}}');
  await cluster.kubectl('wait', '--for=condition=complete', `job/${made}`, WAIT);
  expect(await cluster.kubectl('get', 'cronjob', 'tick')).toMatch(/tick +\* \* \* \* \* +<none> +True/);
});

test('drain stops at a budget, and goes on when the budget allows it', async () => {
  await cluster.kubectl('create', 'deployment', 'web', `--image=${IMAGE}`, '--replicas=2', '--', 'sleep', '3600');
  await cluster.kubectl('rollout', 'status', 'deployment/web', WAIT);
  await cluster.kubectl('create', 'pdb', 'web', '--selector=app=web', '--min-available=2');
  await eventually(async () => expect(await cluster.kubectl('get', 'pdb', 'web')).toMatch(/web +2 +N\/A +0/));
  const drain = [
    'drain',
    cluster.nodeName,
    '--ignore-daemonsets',
    '--delete-emptydir-data',
    '--force',
    '--grace-period=1',
  ];
  const stopped = await cluster.tryKubectl([...drain, '--timeout=8s']);
  expect(stopped.code).not.toBe(0);
  expect(stopped.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  await cluster.kubectl('delete', 'pdb', 'web');
  await cluster.kubectl('create', 'pdb', 'web', '--selector=app=web', '--max-unavailable=100%');
  await eventually(async () => expect(await cluster.kubectl('get', 'pdb', 'web')).toMatch(/web +N\/A +100% +2/));
  expect(await cluster.kubectl(...drain, '--timeout=90s')).toContain('drained');
  await cluster.kubectl('uncordon', cluster.nodeName);
  await cluster.kubectl('rollout', 'status', 'deployment/web', WAIT);
});
