/** The conditions of a Job, and what is written of a pass. Pure. */
import type { Job } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import type { JobConditionType } from '../shared/jobs.ts';
import type { JobStatus } from './accounting.ts';
import type { Ending } from './assessment.ts';

export interface PodCounts {
  active: number;
  ready: number;
  terminating: number;
}

export function withCounts(status: JobStatus, { active, ready, terminating }: PodCounts): JobStatus {
  const { active: _, ...rest } = status;
  return { ...rest, ...(active === 0 ? {} : { active }), ready, terminating };
}

/** Unchanged where it has that status already; False is not worth saying of what never was True. */
export function withCondition(
  status: JobStatus,
  type: JobConditionType,
  value: 'True' | 'False',
  { reason, message }: Pick<Ending, 'reason' | 'message'>,
  now: Date,
): JobStatus {
  const conditions = status.conditions ?? [];
  const known = conditions.find((condition) => condition.type === type);
  if (known === undefined ? value === 'False' : known.status === value) return status;
  const at = timestamp(now);
  const condition = { type, status: value, lastProbeTime: at, lastTransitionTime: at, reason, message };
  return { ...status, conditions: [...conditions.filter((each) => each !== known), condition] };
}

/** Says that no more pods will run; what is last is said once they are gone. */
export function ending(status: JobStatus, how: Ending, now: Date): JobStatus {
  return withCondition(status, how.type, 'True', how, now);
}

/** The terminal condition. */
export function ended(status: JobStatus, how: Ending, now: Date): JobStatus {
  const complete = how.type === 'SuccessCriteriaMet';
  const last = withCondition(status, complete ? 'Complete' : 'Failed', 'True', how, now);
  const startTime = status.startTime ?? timestamp(now);
  return { ...last, startTime, ...(complete ? { completionTime: timestamp(now) } : {}) };
}

/** Sets or clears Suspended. A Job that is resumed starts anew, for its deadline's sake. */
export function suspension(job: Job, status: JobStatus, now: Date): { status: JobStatus; event?: Ending } {
  const suspended = job.spec?.suspend === true;
  const event: Ending = suspended
    ? { type: 'Suspended', reason: 'JobSuspended', message: 'Job suspended' }
    : { type: 'Suspended', reason: 'JobResumed', message: 'Job resumed' };
  const next = withCondition(status, 'Suspended', suspended ? 'True' : 'False', event, now);
  if (next === status) return { status };
  return { status: suspended ? next : { ...next, startTime: timestamp(now) }, event };
}
