/** Jobs, and the templates of Jobs (upstream's ValidateJobSpec). */
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import {
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  path,
  required,
  tooLong,
} from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { byteLength, validateDns1123Subdomain } from '../../../meta/names.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { own } from '../../../meta/own.ts';
import { type LabelSelector, selectorMatches } from '../../../meta/selectors.ts';
import { unmatchedTemplate } from '../../apps/validation/selector-and-template.ts';
import { nonNegative } from '../../core/validation/checks.ts';
import { validatePodTemplateSpec } from '../../core/validation/pod.ts';
import { jobLabels } from '../job-labels.ts';
import { validatePodFailurePolicy } from './pod-failure-policy.ts';
import { validateSuccessPolicy } from './success-policy.ts';

export type JobLike = Pick<IJob, 'spec' | 'status'> & { metadata: ObjectMeta };

const MAX_PARALLELISM_INDEXED = 100_000;
const MAX_COMPLETIONS_UNLIMITED = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const MAX_FAILED_INDEXES_OF_MANY = 10_000;
const MAX_PARALLELISM_OF_MANY = 10_000;
const MAX_MANAGED_BY = 63;

export function validateJob(job: JobLike): FieldError[] {
  const at = path('spec');
  const { spec } = job;
  const errors = [...validateGeneratedSelector(job), ...validateJobSpecCommon(at, spec)];
  const selector = spec?.selector as LabelSelector | undefined;
  const faults = selector === undefined ? [required(at.child('selector'))] : [];
  faults.push(...validateLabelSelector(selector, at.child('selector')));
  if (faults.length === 0 && !selectorMatches(selector, spec?.template?.metadata?.labels ?? {})) {
    faults.push(unmatchedTemplate(at.child('template'), spec?.template ?? { spec: { containers: [] } }));
  }
  return [...errors, ...faults];
}

/** What the system was to set must be as it sets it: a client may have sent labels of its own. */
function validateGeneratedSelector({ metadata, spec }: JobLike): FieldError[] {
  if (spec?.manualSelector === true || spec?.selector === undefined) return [];
  const expected = jobLabels(metadata);
  const labels = spec.template?.metadata?.labels ?? {};
  const at = path('spec').child('template', 'metadata', 'labels');
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(expected)) {
    const found = own(labels, key);
    if (found === undefined) errors.push(required(at.key(key), `must be '${value}'`));
    if (found !== value) errors.push(invalid(at.key(key), labels, `must be '${value}'`));
  }
  if (validateLabelSelector(spec.selector as LabelSelector, path()).length > 0) return errors;
  if (!selectorMatches(spec.selector as LabelSelector, expected)) {
    errors.push(invalid(path('spec').child('selector'), spec.selector, '`selector` not auto-generated'));
  }
  return errors;
}

const NOT_NEGATIVE = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Without the selector, which templates of Jobs leave open. */
export function validateJobSpecCommon(at: FieldPath, given: IJobSpec | undefined): FieldError[] {
  const spec: Partial<IJobSpec> = given ?? {};
  const errors = NOT_NEGATIVE.flatMap((name) => nonNegative(at.child(name), spec[name]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(at.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  errors.push(...validateManagedBy(at.child('managedBy'), spec.managedBy), ...validateCompletionMode(at, spec));
  if (spec.podFailurePolicy !== undefined) {
    errors.push(...validatePodFailurePolicy(at.child('podFailurePolicy'), spec));
  }
  if (spec.successPolicy !== undefined) errors.push(...validateSuccessPolicy(at.child('successPolicy'), spec));
  errors.push(...validateReplacement(at.child('podReplacementPolicy'), spec));
  const template = at.child('template');
  if (spec.template === undefined) return [...errors, required(template)];
  errors.push(...validatePodTemplateSpec(spec.template, template));
  return [...errors, ...validateRestartPolicy(template.child('spec', 'restartPolicy'), spec)];
}

function validateManagedBy(at: FieldPath, managedBy: string | undefined): FieldError[] {
  if (managedBy === undefined) return [];
  const errors: FieldError[] = [];
  const slash = managedBy.indexOf('/');
  if (managedBy === '') errors.push(required(at));
  else if (slash <= 0 || slash === managedBy.length - 1) {
    errors.push(invalid(at, managedBy, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    const host = managedBy.slice(0, slash);
    errors.push(...validateDns1123Subdomain(host).map((message) => invalid(at, host, message)));
    if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(managedBy.slice(slash + 1))) {
      errors.push(invalid(at, managedBy.slice(slash + 1), 'Invalid path'));
    }
  }
  if (byteLength(managedBy) > MAX_MANAGED_BY) errors.push(tooLong(at, MAX_MANAGED_BY));
  return errors;
}

function validateCompletionMode(at: FieldPath, spec: Partial<IJobSpec>): FieldError[] {
  const { completionMode: mode, completions, parallelism, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (mode !== undefined && mode !== 'Indexed' && mode !== 'NonIndexed') {
    return [notSupported(at.child('completionMode'), mode, ['Indexed', 'NonIndexed'])];
  }
  if (mode !== 'Indexed') {
    return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((name) =>
      spec[name] === undefined ? [] : [invalid(at.child(name), spec[name], 'requires indexed completion mode')],
    );
  }
  const errors: FieldError[] = [];
  if (completions === undefined) {
    errors.push(required(at.child('completions'), 'when completion mode is Indexed'));
  }
  const most = (name: string, value: number | undefined, max: number, when: string) => {
    if (value !== undefined && value > max) {
      errors.push(invalid(at.child(name), value, `must be less than or equal to ${max}${when}`));
    }
  };
  most('parallelism', parallelism, MAX_PARALLELISM_INDEXED, ' when completion mode is Indexed');
  if (completions === undefined) return errors;
  most('maxFailedIndexes', maxFailedIndexes, completions, '');
  most('maxFailedIndexes', maxFailedIndexes, MAX_FAILED_INDEXES, '');
  if (completions <= MAX_COMPLETIONS_UNLIMITED || backoffLimitPerIndex === undefined) return errors;
  const many = ` when completions are above ${MAX_COMPLETIONS_UNLIMITED} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined) {
    const detail = `must be specified when completions is above ${MAX_COMPLETIONS_UNLIMITED}`;
    errors.push(required(at.child('maxFailedIndexes'), detail));
  }
  most('parallelism', parallelism, MAX_PARALLELISM_OF_MANY, many);
  most('maxFailedIndexes', maxFailedIndexes, MAX_FAILED_INDEXES_OF_MANY, many);
  return errors;
}

function validateReplacement(at: FieldPath, spec: Partial<IJobSpec>): FieldError[] {
  const { podReplacementPolicy: policy, podFailurePolicy } = spec;
  if (policy === undefined) return [];
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return supported.includes(policy) ? [] : [notSupported(at, policy, supported)];
}

/** Always is what pods get that say nothing, and no Job can have. */
function validateRestartPolicy(at: FieldPath, { template, podFailurePolicy }: Partial<IJobSpec>): FieldError[] {
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') return [required(at, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(at, policy, ['OnFailure', 'Never'])];
  if (podFailurePolicy === undefined || policy === 'Never') return [];
  return [invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}
