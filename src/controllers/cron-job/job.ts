import { CRON_JOBS, type CronJob, type Job } from '../../client/resources.ts';
import { timestampIn } from '../../meta/cron/timetable.ts';
import { timestamp } from '../../meta/object.ts';
import { own } from '../../meta/own.ts';
import { controllerReference } from '../shared/claim.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** One name for one time, so that no second Job can be made for it, by whomever. */
export function jobName({ metadata }: CronJob, time: Date): string {
  return `${metadata.name}-${Math.floor(time.getTime() / 60_000)}`;
}

/** The Job of a time that has come. */
export function jobOf(cronJob: CronJob, time: Date, zone: string): Job {
  const template = cronJob.spec?.jobTemplate;
  const { labels, annotations } = template?.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, time),
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      annotations: { ...annotations, [SCHEDULED]: timestampIn(zone, time) },
      ownerReferences: [controllerReference(cronJob, CRON_JOBS)],
    },
    ...(template?.spec === undefined ? {} : { spec: structuredClone(template.spec) }),
  };
}

/** The time that a Job was made for, as a timestamp; undefined for one that was made by hand. */
export function scheduledTime(cronJob: CronJob, job: Job): string | undefined {
  const time = new Date(own(job.metadata.annotations, SCHEDULED) ?? '');
  const named = !Number.isNaN(time.getTime()) && job.metadata.name === jobName(cronJob, time);
  return named ? timestamp(time) : undefined;
}
