import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../../../src/client/contract.ts';
import { EVENTS, JOBS, type Job, PODS, type Pod } from '../../../src/client/resources.ts';
import { timestamp } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, startCluster } from './cluster.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';
const TRACKING = 'batch.kubernetes.io/job-tracking';
type JobSpec = NonNullable<Job['spec']>;

let cluster: Cluster;
/** Milliseconds that the controllers' clock is ahead. */
let ahead = 0;
beforeAll(async () => {
  cluster = await startCluster({ now: () => new Date(Date.now() + ahead) });
});
afterAll(async () => await cluster?.stop());

async function make(name: string, spec: Partial<JobSpec> = {}, client: Client = cluster.client): Promise<Job> {
  return await client.create(JOBS, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: NAMESPACE },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'sum:1' }] } }, ...spec },
  } as Job);
}

function read(name: string, client: Client = cluster.client): Promise<Job> {
  return client.get(JOBS, NAMESPACE, name);
}

async function podsOf(name: string, client: Client = cluster.client): Promise<Pod[]> {
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  return (await client.list(PODS, { namespace: NAMESPACE, labelSelector })).items;
}

async function running(name: string, count: number, client: Client = cluster.client): Promise<Pod[]> {
  return await eventually(
    async () => {
      const pods = (await podsOf(name, client)).filter(({ status }) => status?.phase === 'Running');
      expect(pods).toHaveLength(count);
      return pods;
    },
    20,
    20,
  );
}

/** Ends a pod as a kubelet does. */
async function end(pod: Pod, exitCode = 0, client: Client = cluster.client): Promise<void> {
  const fresh = await client.get(PODS, NAMESPACE, pod.metadata.name!);
  const finishedAt = timestamp(new Date());
  const terminated = { exitCode, finishedAt, reason: exitCode === 0 ? 'Completed' : 'Error' };
  await client.updateStatus(PODS, {
    ...fresh,
    status: {
      ...fresh.status,
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: finishedAt }],
      containerStatuses: [
        { name: 'c', image: 'sum:1', imageID: '', ready: false, restartCount: 0, state: { terminated } },
      ],
    },
  });
}

async function finished(name: string, type: 'Complete' | 'Failed', client: Client = cluster.client): Promise<Job> {
  return await eventually(
    async () => {
      const job = await read(name, client);
      expect(job.status?.conditions?.find((each) => each.type === type)?.status).toBe('True');
      return job;
    },
    20,
    20,
  );
}

async function eventsOf(name: string): Promise<string[]> {
  const { items } = await cluster.client.list(EVENTS, { namespace: NAMESPACE });
  return items
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map((e) => `${e.type} ${e.reason} ${e.message}`);
}

test('a Job runs its completions a few at a time, and says so in its status, conditions and events', async () => {
  await make('plain', { completions: 3, parallelism: 2 });
  const pods = await running('plain', 2);
  for (const { metadata } of pods) expect(metadata.finalizers).toEqual([TRACKING]);
  await eventually(
    async () => expect((await read('plain')).status).toMatchObject({ active: 2, ready: 2, terminating: 0 }),
    20,
    20,
  );
  for (const pod of pods) await end(pod);
  await end((await running('plain', 1))[0]!);
  const { status } = await finished('plain', 'Complete');
  expect(status).toMatchObject({
    succeeded: 3,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    conditions: [
      { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
      { type: 'Complete', message: 'Reached expected number of succeeded pods', reason: 'CompletionsReached' },
    ],
  });
  expect(status?.active).toBeUndefined();
  expect(Date.parse(status!.completionTime!)).toBeGreaterThanOrEqual(Date.parse(status!.startTime!));
  for (const { metadata } of await podsOf('plain')) expect(metadata.finalizers).toBeUndefined();
  await eventually(async () => expect(await eventsOf('plain')).toContain('Normal Completed Job completed'), 10, 20);
  expect(
    (await eventsOf('plain')).filter((line) => line.startsWith('Normal SuccessfulCreate Created pod')),
  ).toHaveLength(3);
});

test('a failed pod is replaced after 10 s, and the Job fails at its limit', async () => {
  await make('failing', { backoffLimit: 1 });
  await end((await running('failing', 1))[0]!, 3);
  await eventually(async () => expect((await read('failing')).status?.failed).toBe(1), 20, 20);
  expect(await podsOf('failing')).toHaveLength(1);
  ahead += 11_000;
  await cluster.kubelet.touch();
  await end((await running('failing', 1))[0]!, 3);
  const { status } = await finished('failing', 'Failed');
  expect(status).toMatchObject({ failed: 2, terminating: 0 });
  expect(status?.conditions).toMatchObject([
    { type: 'FailureTarget', reason: 'BackoffLimitExceeded' },
    { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' },
  ]);
});

test('pods of an indexed Job know their index by annotation, label, host name and environment', async () => {
  await make('indexed', { completions: 3, parallelism: 3, completionMode: 'Indexed' });
  const pods = await running('indexed', 3);
  const byIndex = pods.sort((a, b) => a.spec!.hostname!.localeCompare(b.spec!.hostname!));
  for (const [index, { metadata, spec }] of byIndex.entries()) {
    expect(metadata.annotations?.[INDEX]).toBe(String(index));
    expect(metadata.labels?.[INDEX]).toBe(String(index));
    expect(metadata.name).toMatch(new RegExp(`^indexed-${index}-`));
    expect(spec?.hostname).toBe(`indexed-${index}`);
    const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` };
    expect(spec?.containers[0]?.env).toEqual([{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }]);
  }
  await end(byIndex[0]!);
  await end(byIndex[2]!);
  await eventually(async () => expect((await read('indexed')).status?.completedIndexes).toBe('0,2'), 20, 20);
  await end(byIndex[1]!);
  expect((await finished('indexed', 'Complete')).status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
});

test('an elastic indexed Job grows and shrinks', async () => {
  await make('elastic', { completions: 2, parallelism: 2, completionMode: 'Indexed' });
  await running('elastic', 2);
  await cluster.client.patch(JOBS, NAMESPACE, 'elastic', 'merge', { spec: { completions: 3, parallelism: 3 } });
  await running('elastic', 3);
  await cluster.client.patch(JOBS, NAMESPACE, 'elastic', 'merge', { spec: { completions: 1, parallelism: 1 } });
  const [left] = await running('elastic', 1);
  expect(left?.metadata.annotations?.[INDEX]).toBe('0');
  await end(left!);
  expect((await finished('elastic', 'Complete')).status).toMatchObject({ succeeded: 1, completedIndexes: '0' });
  expect((await read('elastic')).status?.failed).toBeUndefined();
});

test('an index that fails too often fails alone', async () => {
  await make('lone', { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 0 });
  const pods = await running('lone', 2);
  const ofIndex = (index: number) => pods.find(({ metadata }) => metadata.annotations?.[INDEX] === String(index))!;
  await end(ofIndex(0), 1);
  await eventually(async () => expect((await read('lone')).status?.failedIndexes).toBe('0'), 20, 20);
  await end(ofIndex(1));
  const { status } = await finished('lone', 'Failed');
  expect(status).toMatchObject({ succeeded: 1, failed: 1, completedIndexes: '1', failedIndexes: '0' });
  expect(status?.conditions?.at(-1)).toMatchObject({ reason: 'FailedIndexes', message: 'Job has failed indexes' });
});

test('a success policy ends a Job before its other pods do', async () => {
  const successPolicy = { rules: [{ succeededIndexes: '0' }] };
  await make('led', { completions: 2, parallelism: 2, completionMode: 'Indexed', successPolicy });
  const pods = await running('led', 2);
  await end(pods.find(({ metadata }) => metadata.annotations?.[INDEX] === '0')!);
  const { status } = await finished('led', 'Complete');
  expect(status).toMatchObject({ succeeded: 1, completedIndexes: '0' });
  expect(status?.conditions?.at(-1)).toMatchObject({ reason: 'SuccessPolicy', message: 'Matched rules at index 0' });
  await eventually(async () => expect(await podsOf('led')).toHaveLength(1), 20, 20);
});

test('a failure policy ends a Job at once and stops its other pods', async () => {
  const podFailurePolicy = {
    rules: [{ action: 'FailJob' as const, onExitCodes: { operator: 'In' as const, values: [42] } }],
  };
  await make('strict', { completions: 2, parallelism: 2, podFailurePolicy });
  const [pod] = await running('strict', 2);
  await end(pod!, 42);
  const { status } = await finished('strict', 'Failed');
  expect(status?.conditions?.at(-1)).toMatchObject({
    reason: 'PodFailurePolicy',
    message: `Container c for pod ${NAMESPACE}/${pod!.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
  });
  await eventually(async () => expect(await podsOf('strict')).toHaveLength(1), 20, 20);
});

test('a suspended Job has no pods, counts none of them as failed, and starts anew when it is resumed', async () => {
  await make('paused', { suspend: true });
  await eventually(
    async () =>
      expect((await read('paused')).status?.conditions).toMatchObject([
        { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' },
      ]),
    20,
    20,
  );
  expect((await read('paused')).status?.startTime).toBeUndefined();
  await cluster.client.patch(JOBS, NAMESPACE, 'paused', 'merge', { spec: { suspend: false } });
  await running('paused', 1);
  expect((await read('paused')).status?.startTime).toBeDefined();
  await cluster.client.patch(JOBS, NAMESPACE, 'paused', 'merge', { spec: { suspend: true } });
  await running('paused', 0);
  await eventually(async () => expect(await podsOf('paused')).toHaveLength(0), 20, 20);
  const { status } = await read('paused');
  expect([status?.failed, status?.active]).toEqual([undefined, undefined]);
  await eventually(
    async () =>
      expect(await eventsOf('paused')).toEqual(
        expect.arrayContaining(['Normal Suspended Job suspended', 'Normal Resumed Job resumed']),
      ),
    10,
    20,
  );
});

test('a Job is stopped at its deadline, which needs no change to be noticed', async () => {
  await make('late', { activeDeadlineSeconds: 1 });
  const { status } = await finished('late', 'Failed');
  expect(status?.conditions?.at(-1)).toMatchObject({
    reason: 'DeadlineExceeded',
    message: 'Job was active longer than specified deadline',
  });
  expect(status).toMatchObject({ failed: 1 });
});

test('a Job that ended goes away with its pods after its time', async () => {
  await make('brief', { ttlSecondsAfterFinished: 1 });
  await end((await running('brief', 1))[0]!);
  await eventually(
    async () => {
      expect(await cluster.client.find(JOBS, NAMESPACE, 'brief')).toBeUndefined();
      expect(await podsOf('brief')).toHaveLength(0);
    },
    30,
    50,
  );
});

test('a Job that somebody else manages is left alone', async () => {
  await make('foreign', { managedBy: 'example.com/queue' });
  await make('own');
  await running('own', 1);
  expect((await read('foreign')).status).toEqual({});
  expect(await podsOf('foreign')).toHaveLength(0);
});

test('pods of a deleted Job do not wait to be counted, whether or not they stay', async () => {
  await make('gone');
  await make('left');
  await running('gone', 1);
  await running('left', 1);
  await cluster.client.delete(JOBS, NAMESPACE, 'gone', { propagationPolicy: 'Background' });
  await cluster.client.delete(JOBS, NAMESPACE, 'left', { propagationPolicy: 'Orphan' });
  await eventually(
    async () => {
      expect(await podsOf('gone')).toHaveLength(0);
      const [pod] = await podsOf('left');
      expect([pod?.metadata.finalizers, pod?.metadata.ownerReferences]).toEqual([undefined, undefined]);
    },
    20,
    20,
  );
});

test('Jobs of one name in two tenants have nothing to do with each other', async () => {
  const other = cluster.otherTenant;
  await make('shared');
  await make('shared', { completions: 2, parallelism: 2 }, other);
  const [mine] = await running('shared', 1);
  const theirs = await running('shared', 2, other);
  await end(mine!);
  await finished('shared', 'Complete');
  expect((await read('shared', other)).status?.succeeded).toBeUndefined();
  for (const pod of theirs) await end(pod, 0, other);
  expect((await finished('shared', 'Complete', other)).status?.succeeded).toBe(2);
});
