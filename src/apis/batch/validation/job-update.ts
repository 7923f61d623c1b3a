/** What of a Job may change. Comes on top of validateJob. */
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import { semanticEqual } from '../../../meta/equal.ts';
import { type FieldError, type FieldPath, invalid, path } from '../../../meta/field-error.ts';
import { IMMUTABLE } from '../../core/validation/checks.ts';
import type { JobLike } from './job.ts';

export function validateJobUpdate(job: JobLike, old: JobLike): FieldError[] {
  const at = path('spec');
  const [spec, before] = [job.spec, old.spec];
  const fixed = (name: keyof IJobSpec): FieldError[] => unchanged(at.child(name), spec?.[name], before?.[name]);
  return [
    ...validateCompletions(at, spec, before),
    ...fixed('selector'),
    ...validateTemplate(at.child('template'), job, old),
    ...fixed('completionMode'),
    ...fixed('podFailurePolicy'),
    ...fixed('backoffLimitPerIndex'),
    ...fixed('managedBy'),
    ...fixed('successPolicy'),
  ];
}

function unchanged(at: FieldPath, value: unknown, old: unknown): FieldError[] {
  return semanticEqual(value, old) ? [] : [invalid(at, value, IMMUTABLE)];
}

/** An indexed Job grows and shrinks with its parallelism. */
function validateCompletions(at: FieldPath, spec: IJobSpec | undefined, old: IJobSpec | undefined): FieldError[] {
  const path = at.child('completions');
  if (spec?.completionMode !== 'Indexed') return unchanged(path, spec?.completions, old?.completions);
  const { completions, parallelism } = spec;
  if (completions === old?.completions || completions === undefined || completions === parallelism) return [];
  return [invalid(path, completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Where its pods may run can be settled until the Job starts: queues of jobs do. */
function validateTemplate(at: FieldPath, job: JobLike, old: JobLike): FieldError[] {
  const template = job.spec?.template;
  let before = old.spec?.template;
  if (template !== undefined && before !== undefined && old.spec?.suspend === true && !old.status?.startTime) {
    const { labels, annotations } = template.metadata ?? {};
    const { affinity, nodeSelector, tolerations, schedulingGates } = template.spec ?? {};
    before = {
      ...before,
      metadata: { ...before.metadata, labels, annotations },
      spec: { containers: [], ...before.spec, affinity, nodeSelector, tolerations, schedulingGates },
    } as typeof template;
  }
  return unchanged(at, template, before);
}
