import type { BuiltInGroup } from '../group.ts';
import { cronJobs } from './cron-job.ts';
import { batchDefaults } from './defaults.ts';
import { jobs } from './job.ts';
import { batchMergeRules } from './merge.ts';

export const batch: BuiltInGroup = {
  group: 'batch',
  resources: [cronJobs, jobs],
  mergeRules: [batchMergeRules],
  defaults: [batchDefaults],
};
