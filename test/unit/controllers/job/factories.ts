import type { Job, Pod } from '../../../../src/client/resources.ts';
import { COMPLETION_INDEX, FAILURES, TRACKING } from '../../../../src/controllers/job/pod-facts.ts';
import { pod } from '../factories.ts';

type JobSpec = NonNullable<Job['spec']>;

export const NOW = new Date('2026-01-01T01:00:00Z');

export function job(spec: Partial<JobSpec> = {}, status: Job['status'] = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sum', namespace: 'shop', uid: 'job-uid', generation: 1 },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      podReplacementPolicy: 'TerminatingOrFailed',
      template: { metadata: { labels: { app: 'sum' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c' }] } },
      ...spec,
    } as JobSpec,
    status,
  };
}

export function indexed(spec: Partial<JobSpec> = {}, status: Job['status'] = {}): Job {
  return job({ completionMode: 'Indexed', completions: 3, parallelism: 3, ...spec }, status);
}

interface PodOptions {
  index?: number;
  /** Failures of its index before it. */
  failures?: number;
  /** Seconds before NOW at which it ended. */
  endedAgo?: number;
  exitCode?: number;
  condition?: string;
  deleting?: boolean;
  tracked?: boolean;
}

export function jobPod(name: string, phase: string, options: PodOptions = {}): Pod {
  const { index, failures, endedAgo = 3600, exitCode = 1, condition, deleting = false, tracked = true } = options;
  const finishedAt = new Date(NOW.getTime() - endedAgo * 1000).toISOString();
  const over = phase === 'Failed' || phase === 'Succeeded';
  const terminated = { exitCode: phase === 'Failed' ? exitCode : 0, finishedAt };
  return pod(name, {
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: {
        ...(index === undefined ? {} : { [COMPLETION_INDEX]: String(index) }),
        ...(failures === undefined ? {} : { [FAILURES]: String(failures) }),
      },
      ...(tracked ? { finalizers: [TRACKING] } : {}),
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:59:00Z', deletionGracePeriodSeconds: 30 } : {}),
    },
    status: {
      phase: phase as 'Running',
      ...(condition === undefined ? {} : { conditions: [{ type: condition, status: 'True' }] }),
      ...(over
        ? {
            containerStatuses: [
              { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } },
            ],
          }
        : {}),
    },
  });
}
