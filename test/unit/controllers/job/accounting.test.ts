import { expect, test } from 'vitest';
import { account, settle } from '../../../../src/controllers/job/accounting.ts';
import { assess } from '../../../../src/controllers/job/assessment.ts';
import { indexed, job, jobPod, NOW } from './factories.ts';

test('a pod that ended is written, then loses its finalizer, then is a number', () => {
  const pods = [jobPod('a', 'Succeeded'), jobPod('b', 'Failed'), jobPod('c', 'Running')];
  const first = account(assess(job({ completions: 3 }), pods, NOW), undefined);
  expect(first.status).toEqual({ uncountedTerminatedPods: { succeeded: ['a'], failed: ['b'] } });
  expect(first.counted.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  expect(settle(first.status, new Set(['b', 'c']))).toEqual({
    succeeded: 1,
    uncountedTerminatedPods: { failed: ['b'] },
  });
});

test('a pass that was killed after any step counts no pod twice', () => {
  const written = { uncountedTerminatedPods: { succeeded: ['a'] } };
  // Killed before the finalizer was taken away.
  const again = account(assess(job({ completions: 3 }, written), [jobPod('a', 'Succeeded')], NOW), undefined);
  expect(again.status).toEqual(written);
  // Killed after it was.
  const bare = [jobPod('a', 'Succeeded', { tracked: false })];
  const after = account(assess(job({ completions: 3 }, written), bare, NOW), undefined);
  expect(after.status).toEqual({ succeeded: 1, uncountedTerminatedPods: {} });
  expect(account(assess(job({ completions: 3 }, after.status), bare, NOW), undefined).status).toEqual(after.status);
});

test('an index is completed once, however many of its pods succeed', () => {
  const pods = [jobPod('a', 'Succeeded', { index: 1 }), jobPod('b', 'Succeeded', { index: 1 })];
  const { status, counted } = account(assess(indexed(), pods, NOW), undefined);
  expect(status).toMatchObject({ succeeded: 1, completedIndexes: '1' });
  expect(counted).toHaveLength(2);
});

test('a pod of an index beyond the completions counts for nothing', () => {
  const pods = [jobPod('a', 'Succeeded', { index: 7 }), jobPod('b', 'Failed', { index: 8 })];
  const { status, counted } = account(assess(indexed(), pods, NOW), undefined);
  expect(status).toEqual({ uncountedTerminatedPods: {} });
  expect(counted).toHaveLength(2);
});

test('the last failed pod of an index keeps its finalizer until another carries the number of failures', () => {
  const given = indexed({ backoffLimitPerIndex: 3 });
  const failed = jobPod('a', 'Failed', { index: 0, failures: 0 });
  expect(account(assess(given, [failed], NOW), undefined).counted).toEqual([]);
  const next = jobPod('b', 'Running', { index: 0, failures: 1 });
  expect(account(assess(given, [failed, next], NOW), undefined).counted).toEqual([failed]);
});

test('at most 500 pods wait in a status', () => {
  const pods = Array.from({ length: 600 }, (_, index) => jobPod(`p${index}`, 'Succeeded'));
  const { counted, more } = account(assess(job({ completions: 600 }), pods, NOW), undefined);
  expect([counted.length, more]).toEqual([500, true]);
});

test('what still runs when a Job fails fails with it, and nothing does when it succeeds', () => {
  const found = assess(job({ completions: 3 }), [jobPod('a', 'Running')], NOW);
  const ending = { reason: 'DeadlineExceeded', message: '' };
  const failed = account(found, { type: 'FailureTarget', ...ending }).status;
  expect(failed.uncountedTerminatedPods).toEqual({ failed: ['a'] });
  expect(account(found, { type: 'SuccessCriteriaMet', ...ending }).status.uncountedTerminatedPods).toEqual({});
});
