/** Constant defaults of the batch kinds (upstream's SetDefaults_* of batch/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const batchDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.batch.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  Job: { spec: {}, status: {} },
  JobSpec: { template: {} },
  CronJob: { spec: {}, status: {} },
  CronJobSpec: {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    jobTemplate: {},
  },
  JobTemplateSpec: { spec: {} },
  PodFailurePolicyOnPodConditionsPattern: { status: 'True' },
});
