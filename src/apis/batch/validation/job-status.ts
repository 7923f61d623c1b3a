/** What statuses of Jobs can be told: controllers of others write them too (spec.managedBy). */
import type { IJobStatus } from 'kubernetes-models/batch/v1/JobStatus';
import { duplicate, type FieldError, invalid, invalidWhole, path, required } from '../../../meta/field-error.ts';
import { nonNegative } from '../../core/validation/checks.ts';
import type { JobLike } from './job.ts';

const AT = path('status');
const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const;

export function validateJobStatusUpdate({ spec, status = {} }: JobLike, { status: old = {} }: JobLike): FieldError[] {
  const errors = COUNTS.flatMap((name) => nonNegative(AT.child(name), status[name]));
  errors.push(...validateUncounted(status));
  const [complete, failed] = [isTrue(status, 'Complete'), isTrue(status, 'Failed')];
  if (complete && failed) {
    errors.push(invalidWhole(AT.child('conditions'), 'cannot set Complete=True and Failed=true conditions'));
  }
  for (const type of ['Complete', 'Failed', 'SuccessCriteriaMet', 'FailureTarget']) {
    if (isTrue(old, type) && !isTrue(status, type)) {
      errors.push(invalidWhole(AT.child('conditions'), `cannot disable the terminal ${type}=True condition`));
    }
  }
  if (complete || failed) errors.push(...validateFinished(status));
  const { completionTime, active = 0, ready = 0, completedIndexes } = status;
  if (completionTime && !complete) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    errors.push(invalid(AT.child('completionTime'), completionTime, detail));
  }
  if (complete && !completionTime) {
    errors.push(required(AT.child('completionTime'), 'completionTime is required for Complete jobs'));
  }
  if (ready > active) errors.push(invalid(AT.child('ready'), ready, 'cannot set more ready pods than active'));
  if (completedIndexes && spec?.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid(AT.child('completedIndexes'), completedIndexes, detail));
  }
  return errors;
}

function isTrue({ conditions = [] }: IJobStatus, type: string): boolean {
  return conditions.some((each) => each.type === type && each.status === 'True');
}

function validateFinished({ active = 0, terminating = 0, startTime }: IJobStatus): FieldError[] {
  const errors: FieldError[] = [];
  if (active > 0) errors.push(invalid(AT.child('active'), active, 'active>0 is invalid for finished job'));
  if (terminating > 0) {
    errors.push(invalid(AT.child('terminating'), terminating, 'terminating>0 is invalid for finished job'));
  }
  if (!startTime) errors.push(required(AT.child('startTime'), 'startTime is required for finished job'));
  return errors;
}

function validateUncounted({ uncountedTerminatedPods: uncounted }: IJobStatus): FieldError[] {
  const at = AT.child('uncountedTerminatedPods');
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [index, uid] of (uncounted?.[list] ?? []).entries()) {
      const entry = at.child(list).index(index);
      if (uid === '') errors.push(invalid(entry, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(entry, uid));
      seen.add(uid);
    }
  }
  return errors;
}
