import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { selectorColumn, templateColumns, templateWarnings } from '../apps/workload.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-spec-defaults.ts';
import { MAX_INT32 } from '../core/validation/checks.ts';
import { completions, duration, jobState } from './job-cells.ts';
import { generateSelector } from './job-labels.ts';
import { validateJob } from './validation/job.ts';
import { validateJobStatusUpdate } from './validation/job-status.ts';
import { validateJobUpdate } from './validation/job-update.ts';

export type Job = Stored<IJob>;

const MANY_PODS = 100_000;
const MANY_AT_ONCE = 10_000;

/** Templates of CronJobs are completed only when a Job is made of them. */
function defaultSpec(spec: IJobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
}

/** What is not labelled is found by the labels of its pods. */
function defaultLabels({ metadata, spec }: Job): void {
  const labels = spec?.template?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

const strategy: Strategy<Job> = {
  defaultPropagation: 'Orphan',
  default(job) {
    defaultLabels(job);
    if (job.spec === undefined) return;
    defaultSpec(job.spec);
    if (job.spec.template?.spec !== undefined) defaultPodSpec(job.spec.template.spec);
  },
  prepareForCreate(_context, job) {
    if (job.spec?.template !== undefined && job.spec.manualSelector !== true) {
      generateSelector(job.metadata, job.spec);
    }
    defaultLabels(job);
  },
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  validateStatusUpdate: validateJobStatusUpdate,
  warnings(job, old) {
    if (old !== undefined) return templateWarnings(job, old);
    const { completionMode, completions = 0, parallelism = 0 } = job.spec ?? {};
    const many = completionMode === 'Indexed' && completions > MANY_PODS && parallelism > MANY_AT_ONCE;
    const advice = `In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
    return [...templateWarnings(job), ...(many ? [advice] : [])];
  },
};

const STATUS = 'io.k8s.api.batch.v1.JobStatus';

export const jobs = builtIn<Job>('io.k8s.api.batch.v1.Job', {
  resource: 'jobs',
  singular: 'job',
  categories: ['all'],
  namespaced: true,
  status: true,
  strategy,
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  columns: [
    { name: 'Status', type: 'string', description: 'Status of the job.', cell: jobState },
    { name: 'Completions', type: 'string', description: described(STATUS, 'succeeded'), cell: completions },
    { name: 'Duration', type: 'string', description: 'Time required to complete the job.', cell: duration },
    age,
    ...templateColumns,
    selectorColumn('io.k8s.api.batch.v1.JobSpec'),
  ],
});
