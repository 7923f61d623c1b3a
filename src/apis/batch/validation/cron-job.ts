/** CronJobs. */
import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob';
import type { IJobTemplateSpec } from 'kubernetes-models/batch/v1/JobTemplateSpec';
import { CronError, isTimeZone, parseCron } from '../../../meta/cron/parse.ts';
import { type FieldError, type FieldPath, invalid, notSupported, path, required } from '../../../meta/field-error.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { nonNegative, oneOf } from '../../core/validation/checks.ts';
import { validateJobSpecCommon } from './job.ts';

type CronJobLike = Pick<ICronJob, 'spec' | 'status'> & { metadata: ObjectMeta };

/** A name is followed by a dash and ten digits in those of its jobs, of which 63 characters are left. */
const MAX_NAME = 52;
const AT = path('spec');

export function validateCronJob({ spec }: CronJobLike): FieldError[] {
  return [
    ...validateSchedule(AT.child('schedule'), spec?.schedule, spec?.timeZone),
    ...validateTimeZone(AT.child('timeZone'), spec?.timeZone),
    ...nonNegative(AT.child('startingDeadlineSeconds'), spec?.startingDeadlineSeconds),
    ...oneOf(AT.child('concurrencyPolicy'), spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...validateJobTemplate(AT.child('jobTemplate'), spec?.jobTemplate),
    ...nonNegative(AT.child('successfulJobsHistoryLimit'), spec?.successfulJobsHistoryLimit),
    ...nonNegative(AT.child('failedJobsHistoryLimit'), spec?.failedJobsHistoryLimit),
  ];
}

/** Comes on top of {@link validateCronJob}. */
export function validateCronJobCreate({ metadata, spec }: CronJobLike): FieldError[] {
  const errors: FieldError[] = [];
  const { name = '' } = metadata;
  if (name.length > MAX_NAME) {
    errors.push(invalid(path('metadata').child('name'), name, `must be no more than ${MAX_NAME} characters`));
  }
  if (namesZone(spec?.schedule) && spec?.timeZone === undefined) errors.push(zoneInSchedule(spec?.schedule));
  return errors;
}

/** Comes on top of {@link validateCronJob}: what names its zone in the schedule already may go on so. */
export function validateCronJobUpdate({ spec }: CronJobLike, old: CronJobLike): FieldError[] {
  const brought = namesZone(spec?.schedule) && spec?.timeZone === undefined && !namesZone(old.spec?.schedule);
  return brought ? [zoneInSchedule(spec?.schedule)] : [];
}

function namesZone(schedule = ''): boolean {
  return schedule.includes('TZ');
}

function zoneInSchedule(schedule: string | undefined): FieldError {
  return invalid(AT.child('schedule'), schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
}

function validateSchedule(at: FieldPath, schedule: string | undefined, timeZone: string | undefined): FieldError[] {
  if (!schedule) return [required(at)];
  const errors: FieldError[] = [];
  try {
    parseCron(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    errors.push(invalid(at, schedule, error.message));
  }
  if (namesZone(schedule) && timeZone !== undefined) {
    errors.push(invalid(at, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return errors;
}

function validateTimeZone(at: FieldPath, timeZone: string | undefined): FieldError[] {
  if (timeZone === undefined) return [];
  if (timeZone === '') return [invalid(at, timeZone, 'timeZone must be nil or non-empty string')];
  if (timeZone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalid(at, timeZone, detail)];
  }
  const named = timeZone.length <= 64 && /^[A-Za-z._\-0-9+/]+$/.test(timeZone) && isTimeZone(timeZone);
  return named ? [] : [invalid(at, timeZone, `unknown time zone ${timeZone}`)];
}

function validateJobTemplate(at: FieldPath, template: IJobTemplateSpec | undefined): FieldError[] {
  const spec = template?.spec;
  const inSpec = at.child('spec');
  const errors = validateJobSpecCommon(inSpec, spec);
  if (spec?.selector !== undefined) {
    errors.push(invalid(inSpec.child('selector'), spec.selector, '`selector` will be auto-generated'));
  }
  if (spec?.manualSelector === true) {
    errors.push(notSupported(inSpec.child('manualSelector'), true, ['nil', 'false']));
  }
  return errors;
}
