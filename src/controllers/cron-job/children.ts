/** What has become of a CronJob's Jobs: who is active, who succeeded last, and who is old enough to go. */
import { type CronJob, JOBS, type Job } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { isJobFinished, jobCondition, jobEnd } from '../shared/jobs.ts';
import { scheduledTime } from './job.ts';

export type CronJobStatus = NonNullable<CronJob['status']>;
type Reference = NonNullable<CronJobStatus['active']>[number];

/** The status after a look at the Jobs, with an event for each that ended, went missing or turned up. */
export async function withChildren(
  { events, client }: ReconcileContext,
  cronJob: CronJob,
  jobs: readonly Job[],
): Promise<CronJobStatus> {
  const status: CronJobStatus = { ...cronJob.status };
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const active: Reference[] = [];
  for (const reference of status.active ?? []) {
    const { namespace = '', name = '', uid } = reference;
    const job = byUid.get(uid) ?? (await client.find(JOBS, namespace, name));
    if (job === undefined || job.metadata.uid !== uid) {
      await events.event(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    } else if (isJobFinished(job)) {
      const message = `Saw completed job: ${name}, condition: ${jobEnd(job)?.type}`;
      await events.event(cronJob, 'Normal', 'SawCompletedJob', message);
    } else active.push(reference);
  }
  const listed = new Set(active.map(({ uid }) => uid));
  for (const job of jobs) {
    const { uid, name } = job.metadata;
    const end = status.lastSuccessfulTime ?? '';
    const { completionTime } = job.status ?? {};
    if (jobCondition(job, 'Complete') && completionTime && completionTime > end)
      status.lastSuccessfulTime = completionTime;
    const time = scheduledTime(cronJob, job);
    // A pass that was killed, or lost a race, made it and could not say so.
    if (time !== undefined && time > (status.lastScheduleTime ?? '')) status.lastScheduleTime = time;
    if (isJobFinished(job) || listed.has(uid)) continue;
    if (time !== undefined && job.metadata.deletionTimestamp === undefined) {
      active.push(referenceTo(job));
      continue;
    }
    if (time !== undefined) continue;
    const message = `Saw a job that the controller did not create or forgot: ${name}`;
    await events.event(cronJob, 'Warning', 'UnexpectedJob', message);
  }
  return withActive(status, active);
}

export function withActive(status: CronJobStatus, active: readonly Reference[]): CronJobStatus {
  const { active: _, ...rest } = status;
  return active.length === 0 ? rest : { ...rest, active: [...active] };
}

export function referenceTo({ metadata: { namespace, name, uid, resourceVersion } }: Job): Reference {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** Those beyond the history's limits, oldest first. */
export function outdated({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const beyond = (type: 'Complete' | 'Failed', limit: number | undefined) => {
    const ended = jobs.filter((job) => jobCondition(job, type) && job.metadata.deletionTimestamp === undefined);
    ended.sort((a, b) => ((a.status?.startTime ?? '') < (b.status?.startTime ?? '') ? -1 : 1));
    return limit === undefined ? [] : ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)];
}

/** With its pods. */
export async function deleteJob({ client, events }: ReconcileContext, cronJob: CronJob, job: Job): Promise<void> {
  const { namespace = '', name = '', uid } = job.metadata;
  try {
    await client.delete(JOBS, namespace, name, {
      propagationPolicy: 'Background',
      preconditions: uid === undefined ? {} : { uid },
    });
    await events.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  } catch (error) {
    if (isStatus(error, 'NotFound')) return;
    const message = error instanceof Error ? error.message : String(error);
    await events.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${message}`);
    throw error;
  }
}
