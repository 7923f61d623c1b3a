import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRON_JOBS, type CronJob, EVENTS, JOBS, type Job, PODS } from '../../../src/client/resources.ts';
import { controllerReference } from '../../../src/controllers/shared/claim.ts';
import { timestamp } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, startCluster } from './cluster.ts';

type CronJobSpec = NonNullable<CronJob['spec']>;
const MINUTE = 60_000;

let cluster: Cluster;
/** Milliseconds that the controllers' clock is ahead. */
let ahead = 0;
beforeAll(async () => {
  cluster = await startCluster({ now: () => new Date(Date.now() + ahead) });
});
afterAll(async () => await cluster?.stop());

async function make(name: string, spec: Partial<CronJobSpec> = {}): Promise<void> {
  await cluster.client.create(CRON_JOBS, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        metadata: { labels: { tick: name } },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'tick:1' }] } } },
      },
      ...spec,
    },
  } as CronJob);
}

/** Some minutes later, by the controllers' clock, that CronJob alone is looked at. */
async function later(name: string, minutes = 1): Promise<void> {
  ahead += minutes * MINUTE;
  const annotations = { looked: crypto.randomUUID() };
  await cluster.client.patch(CRON_JOBS, NAMESPACE, name, 'merge', { metadata: { annotations } });
}

function read(name: string): Promise<CronJob> {
  return cluster.client.get(CRON_JOBS, NAMESPACE, name);
}

async function jobsOf(name: string, count: number): Promise<Job[]> {
  return await eventually(
    async () => {
      const { items } = await cluster.client.list(JOBS, { namespace: NAMESPACE, labelSelector: `tick=${name}` });
      expect(items).toHaveLength(count);
      return items.sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1));
    },
    20,
    20,
  );
}

async function finish(job: Job): Promise<void> {
  const labelSelector = `batch.kubernetes.io/job-name=${job.metadata.name}`;
  await eventually(
    async () => {
      const [pod] = (await cluster.client.list(PODS, { namespace: NAMESPACE, labelSelector })).items;
      if (pod?.status?.phase === 'Succeeded') return;
      expect(pod?.status?.phase).toBe('Running');
      await cluster.client.updateStatus(PODS, { ...pod!, status: { ...pod!.status, phase: 'Succeeded' } });
    },
    20,
    20,
  );
}

async function messages(name: string): Promise<string[]> {
  const { items } = await cluster.client.list(EVENTS, { namespace: NAMESPACE });
  return items.filter(({ involvedObject }) => involvedObject.name === name).map((e) => `${e.reason} ${e.message}`);
}

async function suspend(name: string): Promise<void> {
  await cluster.client.patch(CRON_JOBS, NAMESPACE, name, 'merge', { spec: { suspend: true } });
}

test('a Job is made when its time comes, is active until it ends, and is remembered as the last success', async () => {
  await make('tick');
  await later('tick');
  const [job] = await jobsOf('tick', 1);
  await suspend('tick');
  const minute = Number(job!.metadata.name!.slice('tick-'.length));
  await eventually(
    async () =>
      expect((await read('tick')).status).toMatchObject({
        active: [{ kind: 'Job', apiVersion: 'batch/v1', name: job!.metadata.name, uid: job!.metadata.uid }],
        lastScheduleTime: timestamp(new Date(minute * MINUTE)),
      }),
    20,
    20,
  );
  await finish(job!);
  await eventually(
    async () => {
      const { status } = await read('tick');
      expect([status?.active, status?.lastSuccessfulTime !== undefined]).toEqual([undefined, true]);
    },
    20,
    20,
  );
  const said = await messages('tick');
  expect(said).toContain(`SuccessfulCreate Created job ${job!.metadata.name}`);
  expect(said).toContain(`SawCompletedJob Saw completed job: ${job!.metadata.name}, condition: Complete`);
});

test('after a day without controllers one Job is made, for the last time, and the others are told of', async () => {
  await make('away');
  await later('away', 24 * 60);
  const [job] = await jobsOf('away', 1);
  await suspend('away');
  const made = Number(job!.metadata.name!.slice('away-'.length)) * MINUTE;
  expect(Date.now() + ahead - made).toBeLessThan(2 * MINUTE);
  expect(await messages('away')).toContain(
    'TooManyMissedTimes too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
  );
});

test('Forbid starts nothing while a Job is active, Replace starts another in its place, Allow beside it', async () => {
  for (const concurrencyPolicy of ['Forbid', 'Replace', 'Allow'] as const) {
    const name = concurrencyPolicy.toLowerCase();
    await make(name, { concurrencyPolicy });
    await later(name);
    const [first] = await jobsOf(name, 1);
    await later(name);
    if (concurrencyPolicy === 'Forbid') {
      await eventually(async () => expect((await messages(name)).join()).toContain('JobAlreadyActive'), 20, 20);
      expect((await jobsOf(name, 1))[0]?.metadata.uid).toBe(first?.metadata.uid);
    } else if (concurrencyPolicy === 'Replace') {
      await eventually(
        async () => expect((await jobsOf(name, 1))[0]?.metadata.uid).not.toBe(first?.metadata.uid),
        20,
        20,
      );
    } else await jobsOf(name, 2);
    await suspend(name);
  }
});

test('a Job that a killed pass made and could not tell of is found again, and no other made for its time', async () => {
  await make('twice');
  await later('twice');
  const [job] = await jobsOf('twice', 1);
  const active = async () => (await read('twice')).status?.active?.map(({ uid }) => uid);
  await suspend('twice');
  await eventually(async () => expect(await active()).toEqual([job!.metadata.uid]), 20, 20);
  const { lastScheduleTime } = (await read('twice')).status!;
  // As if the status had never been written.
  await eventually(
    async () => cluster.client.updateStatus(CRON_JOBS, { ...(await read('twice')), status: {} }),
    20,
    20,
  );
  await later('twice', 0);
  await eventually(async () => expect(await active()).toEqual([job!.metadata.uid]), 20, 20);
  expect((await read('twice')).status?.lastScheduleTime).toBe(lastScheduleTime);
  expect(await jobsOf('twice', 1)).toHaveLength(1);
});

test('no more Jobs are kept than the history may have', async () => {
  await make('history', { successfulJobsHistoryLimit: 1 });
  for (let round = 0; round < 3; round++) {
    await later('history');
    const jobs = await eventually(
      async () => {
        const { items } = await cluster.client.list(JOBS, { namespace: NAMESPACE, labelSelector: 'tick=history' });
        const open = items.filter(({ status }) => !status?.completionTime);
        expect(open.length).toBeGreaterThan(0);
        return open;
      },
      20,
      20,
    );
    for (const job of jobs) await finish(job);
  }
  await suspend('history');
  // The minute may have turned once more before.
  await eventually(
    async () => {
      const { items } = await cluster.client.list(JOBS, { namespace: NAMESPACE, labelSelector: 'tick=history' });
      for (const job of items) if (!job.status?.completionTime) await finish(job);
      expect(items).toHaveLength(1);
    },
    40,
    100,
  );
});

test('a Job that was made by hand from a CronJob is its child', async () => {
  await make('manual', { schedule: '0 0 1 1 *' });
  const cronJob = await read('manual');
  await cluster.client.create(JOBS, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'by-hand',
      namespace: NAMESPACE,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [controllerReference(cronJob, CRON_JOBS)],
    },
    spec: cronJob.spec!.jobTemplate.spec!,
  });
  await finish({ metadata: { name: 'by-hand' } } as Job);
  await eventually(async () => expect((await read('manual')).status?.lastSuccessfulTime).toBeDefined(), 20, 20);
});
