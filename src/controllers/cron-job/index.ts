/** Makes Jobs by the clock. Upstream: pkg/controller/cronjob. */
import { CRON_JOBS, type CronJob, JOBS, type Job } from '../../client/resources.ts';
import { CronError } from '../../meta/cron/parse.ts';
import type { Timetable } from '../../meta/cron/timetable.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { controllerOf, timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { controllerKeys, objectKey, splitKey } from '../../reconcile/keys.ts';
import { isJobFinished } from '../shared/jobs.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { type CronJobStatus, deleteJob, outdated, referenceTo, withActive, withChildren } from './children.ts';
import { dueTime, timesOf, zoneOf } from './due.ts';
import { jobName, jobOf } from './job.ts';

/** Seconds after a time at which to look, so that it has come by every clock that is about right. */
const LATER = 0.1;

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  watches: ['cronjobs.batch', 'jobs.batch'],
  keys(change) {
    if (change.resource === 'jobs.batch') return controllerKeys(change, 'CronJob');
    return change.type === 'DELETED' ? [] : [objectKey(change.object)];
  },
  async reconcile(context, key) {
    const { namespace, name } = splitKey(key);
    const cronJob = await context.client.find(CRON_JOBS, namespace, name);
    return cronJob === undefined ? DONE : await sync(context, cronJob);
  },
};

async function sync(context: ReconcileContext, cronJob: CronJob): Promise<Result> {
  const { client, now, ownership } = context;
  const { uid = '' } = cronJob.metadata;
  const jobs = (await ownership.dependents(uid))
    .filter(({ storedAs, object }) => storedAs === 'jobs.batch' && controllerOf(object)?.uid === uid)
    .map(({ object }) => object as Job);
  const status = await withChildren(context, cronJob, jobs);
  const plan = await planOf(context, cronJob);
  const started = plan === undefined ? { status } : await start(context, cronJob, status, plan);
  for (const job of outdated(cronJob, jobs)) await deleteJob(context, cronJob, job);
  if (!semanticEqual(started.status, cronJob.status)) {
    await client.updateStatus(CRON_JOBS, { ...cronJob, status: started.status });
  }
  if (started.failure !== undefined) throw started.failure;
  const next = plan?.times.next(now());
  if (next === undefined) return DONE;
  return { outcome: 'after', seconds: Math.max(0, (next.getTime() - now().getTime()) / 1000) + LATER };
}

interface Plan {
  times: Timetable;
  zone: string;
}

/** Undefined for what makes no Jobs: it is suspended, being deleted, or its schedule cannot be read. */
async function planOf({ events }: ReconcileContext, cronJob: CronJob): Promise<Plan | undefined> {
  const { spec, metadata } = cronJob;
  if (metadata.deletionTimestamp !== undefined || spec?.suspend === true) return undefined;
  const warn = (reason: string, message: string) => events.event(cronJob, 'Warning', reason, message);
  try {
    const zone = zoneOf(cronJob);
    if (zone !== undefined) return { zone, times: timesOf(cronJob, zone) };
    const name = JSON.stringify(spec?.timeZone ?? '');
    await warn('UnknownTimeZone', `invalid timeZone: ${name}: unknown time zone ${spec?.timeZone}`);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    const schedule = JSON.stringify(spec?.schedule ?? '');
    await warn('UnparseableSchedule', `unparseable schedule: ${schedule} : ${error.message}`);
  }
  return undefined;
}

interface Started {
  status: CronJobStatus;
  /** Why no Job could be made: what else was found is written all the same. */
  failure?: unknown;
}

/** Makes the Job whose time has come, if any has. */
async function start(context: ReconcileContext, cronJob: CronJob, status: CronJobStatus, plan: Plan): Promise<Started> {
  const { events, now, client } = context;
  const { spec } = cronJob;
  const { time, tooManyMissed } = dueTime(cronJob, plan.times, now());
  if (tooManyMissed) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    await events.event(cronJob, 'Warning', 'TooManyMissedTimes', message);
  }
  if (time === undefined) return { status };
  const deadline = spec?.startingDeadlineSeconds;
  if (deadline !== undefined && time.getTime() + deadline * 1000 < now().getTime()) {
    await events.event(
      cronJob,
      'Warning',
      'MissSchedule',
      `Missed scheduled time to start a job: ${time.toUTCString()}`,
    );
    return { status };
  }
  const active = status.active ?? [];
  if (active.some(({ name }) => name === jobName(cronJob, time))) return { status };
  if (spec?.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    await events.event(cronJob, 'Normal', 'JobAlreadyActive', message);
    return { status };
  }
  let kept = active;
  if (spec?.concurrencyPolicy === 'Replace') {
    for (const { namespace = '', name = '', uid } of active) {
      const job = await client.find(JOBS, namespace, name);
      if (job !== undefined && job.metadata.uid === uid) await deleteJob(context, cronJob, job);
    }
    kept = [];
  }
  return await create(context, cronJob, withActive(status, kept), { time, zone: plan.zone });
}

async function create(
  { client, events }: ReconcileContext,
  cronJob: CronJob,
  status: CronJobStatus,
  { time, zone }: { time: Date; zone: string },
): Promise<Started> {
  const wanted = jobOf(cronJob, time, zone);
  const acted = { ...status, lastScheduleTime: timestamp(time) };
  const withJob = (job: Job) => ({ status: withActive(acted, [...(status.active ?? []), referenceTo(job)]) });
  try {
    const job = await client.create(JOBS, wanted);
    await events.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
    return withJob(job);
  } catch (failure) {
    if (isNamespaceTerminating(failure)) return { status };
    if (!isStatus(failure, 'AlreadyExists')) {
      const message = failure instanceof Error ? failure.message : String(failure);
      await events.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${message}`);
      return { status, failure };
    }
  }
  // Made by a pass that was killed before it could say so; or the name is somebody else's, and this time is lost.
  const { namespace = '', name = '' } = wanted.metadata;
  const job = await client.find(JOBS, namespace, name);
  if (job !== undefined && controllerOf(job)?.uid !== cronJob.metadata.uid) {
    const message = `Error creating job: jobs.batch "${name}" already exists`;
    await events.event(cronJob, 'Warning', 'FailedCreate', message);
  }
  const own = job !== undefined && controllerOf(job)?.uid === cronJob.metadata.uid;
  return own && !isJobFinished(job) ? withJob(job) : { status: acted };
}
