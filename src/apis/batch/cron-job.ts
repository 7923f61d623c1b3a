import type { ICronJob } from 'kubernetes-models/batch/v1/CronJob';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { deepEqual } from '../../meta/equal.ts';
import { path } from '../../meta/field-error.ts';
import { formatLabelSelector, type LabelSelector, labelSelectorRequirements } from '../../meta/selectors.ts';
import { nameWarnings } from '../apps/workload.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, ageOf, containerCells, described } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-spec-defaults.ts';
import { podWarnings } from '../core/pod-warnings.ts';
import { validateCronJob, validateCronJobCreate, validateCronJobUpdate } from './validation/cron-job.ts';

export type CronJob = Stored<ICronJob>;

const SPEC = 'io.k8s.api.batch.v1.CronJobSpec';
const STATUS = 'io.k8s.api.batch.v1.CronJobStatus';

function templateOf({ spec }: CronJob) {
  return spec?.jobTemplate?.spec?.template;
}

const strategy: Strategy<CronJob> = {
  default(cronJob) {
    const template = templateOf(cronJob);
    if (template?.spec !== undefined) defaultPodSpec(template.spec);
  },
  validate: validateCronJob,
  validateCreate: validateCronJobCreate,
  validateUpdate: validateCronJobUpdate,
  warnings(cronJob, old) {
    const warnings = old === undefined ? nameWarnings(cronJob) : [];
    if (cronJob.spec?.schedule?.includes('TZ')) {
      const advice = 'CRON_TZ or TZ used in spec.schedule is not officially supported';
      warnings.push(
        `${advice}, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`,
      );
    }
    const template = templateOf(cronJob);
    if (template === undefined || (old !== undefined && deepEqual(template, templateOf(old)))) return warnings;
    return [...warnings, ...podWarnings(template, path('spec').child('jobTemplate', 'spec', 'template'))];
  },
};

export const cronJobs = builtIn<CronJob>('io.k8s.api.batch.v1.CronJob', {
  resource: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  status: true,
  strategy,
  columns: [
    {
      name: 'Schedule',
      type: 'string',
      description: described(SPEC, 'schedule'),
      cell: ({ spec }) => spec?.schedule ?? '',
    },
    {
      name: 'Timezone',
      type: 'string',
      description: described(SPEC, 'timeZone'),
      cell: ({ spec }) => spec?.timeZone ?? '<none>',
    },
    {
      name: 'Suspend',
      type: 'boolean',
      description: described(SPEC, 'suspend'),
      cell: ({ spec }) => (spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'),
    },
    {
      name: 'Active',
      type: 'integer',
      description: described(STATUS, 'active'),
      cell: ({ status }) => status?.active?.length ?? 0,
    },
    {
      name: 'Last Schedule',
      type: 'string',
      description: described(STATUS, 'lastScheduleTime'),
      cell: ({ status }, now) => (status?.lastScheduleTime ? ageOf(status.lastScheduleTime, now) : '<none>'),
    },
    age,
    {
      name: 'Containers',
      type: 'string',
      priority: 1,
      description: 'Names of each container in the template.',
      cell: (cronJob) => containerCells(templateOf(cronJob)?.spec?.containers).names,
    },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      description: 'Images referenced by each container in the template.',
      cell: (cronJob) => containerCells(templateOf(cronJob)?.spec?.containers).images,
    },
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      description: described('io.k8s.api.batch.v1.JobSpec', 'selector'),
      cell({ spec }) {
        const selector = spec?.jobTemplate?.spec?.selector as LabelSelector | undefined;
        return formatLabelSelector(labelSelectorRequirements(selector ?? {})) || '<none>';
      },
    },
  ],
});
