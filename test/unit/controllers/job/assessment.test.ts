import { describe, expect, test } from 'vitest';
import type { Job, Pod } from '../../../../src/client/resources.ts';
import { assess } from '../../../../src/controllers/job/assessment.ts';
import { indexed, job, jobPod, NOW } from './factories.ts';

type JobSpec = NonNullable<Job['spec']>;
type Action = NonNullable<JobSpec['podFailurePolicy']>['rules'][number]['action'];
type Operator = 'In' | 'NotIn';

const running = (name: string, index?: number) => jobPod(name, 'Running', index === undefined ? {} : { index });
const failed = (name: string, options = {}) => jobPod(name, 'Failed', options);

describe('why a Job ends', () => {
  const exit = (operator: Operator, values: number[], action: Action): Partial<JobSpec> => ({
    podFailurePolicy: { rules: [{ action, onExitCodes: { operator, values } }] },
  });
  const disrupted = (action: Action): Partial<JobSpec> => ({
    podFailurePolicy: { rules: [{ action, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
  });
  test.each<[string, Job, Pod[], string | undefined]>([
    ['failures at its limit', job({ backoffLimit: 2 }), [failed('a'), failed('b')], undefined],
    ['failures beyond its limit', job({ backoffLimit: 1 }), [failed('a'), failed('b')], 'BackoffLimitExceeded'],
    ['failures counted before', job({ backoffLimit: 1 }, { failed: 1 }), [failed('b')], 'BackoffLimitExceeded'],
    [
      'a failure that is written but not counted',
      job({ backoffLimit: 1 }, { failed: 1, uncountedTerminatedPods: { failed: ['a'] } }),
      [failed('a')],
      'BackoffLimitExceeded',
    ],
    [
      'one failed pod written and there',
      job({ backoffLimit: 1 }, { uncountedTerminatedPods: { failed: ['a'] } }),
      [failed('a')],
      undefined,
    ],
    [
      'its deadline',
      job({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-01T00:59:00Z' }),
      [running('a')],
      'DeadlineExceeded',
    ],
    [
      'a deadline that is to come',
      job({ activeDeadlineSeconds: 61 }, { startTime: '2026-01-01T00:59:00Z' }),
      [running('a')],
      undefined,
    ],
    [
      'a deadline while suspended',
      job({ activeDeadlineSeconds: 60, suspend: true }, { startTime: '2026-01-01T00:00:00Z' }),
      [],
      undefined,
    ],
    [
      'an exit code of its policy',
      job(exit('In', [42], 'FailJob')),
      [failed('a', { exitCode: 42 })],
      'PodFailurePolicy',
    ],
    ['an exit code not of its policy', job(exit('In', [42], 'FailJob')), [failed('a', { exitCode: 41 })], undefined],
    ['any other exit code', job(exit('NotIn', [42], 'FailJob')), [failed('a', { exitCode: 41 })], 'PodFailurePolicy'],
    [
      'an ignored exit code',
      job({ backoffLimit: 0, ...exit('In', [42], 'Ignore') }),
      [failed('a', { exitCode: 42 })],
      undefined,
    ],
    [
      'a counted exit code',
      job({ backoffLimit: 0, ...exit('In', [42], 'Count') }),
      [failed('a', { exitCode: 42 })],
      'BackoffLimitExceeded',
    ],
    [
      'an ignored disruption',
      job({ backoffLimit: 0, ...disrupted('Ignore') }),
      [failed('a', { condition: 'DisruptionTarget' })],
      undefined,
    ],
    ['a disruption', job(disrupted('FailJob')), [failed('a', { condition: 'DisruptionTarget' })], 'PodFailurePolicy'],
    [
      'too many failed indexes',
      indexed({ backoffLimit: 99, backoffLimitPerIndex: 0, maxFailedIndexes: 1 }),
      [failed('a', { index: 0 }), failed('b', { index: 2 })],
      'MaxFailedIndexesExceeded',
    ],
    [
      'all its indexes',
      indexed({ backoffLimit: 99, backoffLimitPerIndex: 0 }, { completedIndexes: '1,2', succeeded: 2 }),
      [failed('a', { index: 0 })],
      'FailedIndexes',
    ],
    [
      'an index that may be tried again',
      indexed({ backoffLimit: 99, backoffLimitPerIndex: 1 }, { completedIndexes: '1,2', succeeded: 2 }),
      [failed('a', { index: 0, failures: 0 })],
      undefined,
    ],
    [
      'an index that its policy gives up',
      indexed({ backoffLimit: 99, backoffLimitPerIndex: 9, completions: 1, ...exit('In', [7], 'FailIndex') }),
      [failed('a', { index: 0, failures: 0, exitCode: 7 })],
      'FailedIndexes',
    ],
    [
      'a leading index that succeeded',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '1,2', succeededCount: 1 }] } }),
      [jobPod('a', 'Succeeded', { index: 1 }), running('b', 0)],
      'SuccessPolicy',
    ],
    [
      'an index that its success policy does not name',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '1,2' }] } }),
      [jobPod('a', 'Succeeded', { index: 1 }), running('b', 0)],
      undefined,
    ],
  ])('%s', (_, given, pods, reason) => {
    expect(assess(given, pods, NOW).ending?.reason).toBe(reason);
  });
});

test('the message of a failure policy names container, pod, code and rule', () => {
  const rules = [{ action: 'FailJob' as const, onExitCodes: { operator: 'In' as const, values: [42] } }];
  const { ending } = assess(job({ podFailurePolicy: { rules } }), [failed('a', { exitCode: 42 })], NOW);
  expect(ending?.message).toBe('Container c for pod shop/a failed with exit code 42 matching FailJob rule at index 0');
});

test('restarts in place count where containers are restarted', () => {
  const restarted = (restartCount: number) => {
    const pod = running('a');
    pod.status!.containerStatuses = [{ name: 'c', image: '', imageID: '', ready: true, restartCount }];
    return pod;
  };
  const given = job({ backoffLimit: 3 });
  given.spec!.template.spec!.restartPolicy = 'OnFailure';
  expect(assess(given, [restarted(2)], NOW).ending).toBeUndefined();
  expect(assess(given, [restarted(3)], NOW).ending?.reason).toBe('BackoffLimitExceeded');
});

test('a pod that is being deleted has failed, unless it is waited for', () => {
  const pods = [jobPod('a', 'Running', { deleting: true })];
  expect(assess(job(), pods, NOW)).toMatchObject({ failed: 1, terminating: 1, active: [] });
  expect(assess(job({ podReplacementPolicy: 'Failed' }), pods, NOW)).toMatchObject({ failed: 0, terminating: 1 });
});

test('a pod without finalizer has been counted before', () => {
  const pods = [jobPod('a', 'Succeeded', { tracked: false }), failed('b', { tracked: false })];
  expect(assess(job({ completions: 3 }, { succeeded: 1, failed: 1 }), pods, NOW)).toMatchObject({
    succeeded: 1,
    failed: 1,
  });
});
