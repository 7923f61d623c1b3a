/** What the conditions of a Job say of its end. */
import type { Job } from '../../client/resources.ts';

export type JobConditionType = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet' | 'Suspended';

export function jobCondition({ status }: Job, type: JobConditionType) {
  return status?.conditions?.find((each) => each.type === type && each.status === 'True');
}

/** The terminal condition; undefined while the Job goes on. */
export function jobEnd(job: Job) {
  return jobCondition(job, 'Complete') ?? jobCondition(job, 'Failed');
}

export function isJobFinished(job: Job): boolean {
  return jobEnd(job) !== undefined;
}
