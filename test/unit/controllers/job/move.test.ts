import { describe, expect, test } from 'vitest';
import type { Job, Pod } from '../../../../src/client/resources.ts';
import { assess } from '../../../../src/controllers/job/assessment.ts';
import { nextMove } from '../../../../src/controllers/job/move.ts';
import { indexed, job, jobPod, NOW } from './factories.ts';

function move(given: Job, pods: Pod[]) {
  const next = nextMove(assess(given, pods, NOW), NOW);
  if (next.kind === 'remove') return { remove: next.pods.map(({ metadata }) => metadata.name).sort() };
  if (next.kind === 'create') return { create: next.pods.map(({ index }) => index ?? 'any') };
  return next.kind === 'wait' ? { wait: next.seconds } : 'none';
}

const running = (name: string, index?: number) => jobPod(name, 'Running', index === undefined ? {} : { index });
const failed = (name: string, options: Parameters<typeof jobPod>[2]) => jobPod(name, 'Failed', options);

describe('what a Job does next', () => {
  test.each<[string, Job, Pod[], unknown]>([
    ['as many pods as run at once', job({ completions: 5, parallelism: 2 }), [], { create: ['any', 'any'] }],
    ['no more than are left', job({ completions: 5, parallelism: 3 }, { succeeded: 4 }), [], { create: ['any'] }],
    ['none where enough run', job({ completions: 5, parallelism: 1 }), [running('a')], 'none'],
    [
      'fewer after parallelism fell',
      job({ completions: 5, parallelism: 1 }),
      [running('a'), jobPod('b', 'Pending')],
      { remove: ['b'] },
    ],
    ['none while suspended', job({ suspend: true }), [running('a')], { remove: ['a'] }],
    [
      'a work queue starts nothing after a success',
      {
        ...job({ parallelism: 2 }, { succeeded: 1 }),
        spec: { ...job().spec!, parallelism: 2, completions: undefined },
      } as Job,
      [running('a')],
      'none',
    ],
    ['the missing indexes', indexed({}, { completedIndexes: '1', succeeded: 1 }), [running('a', 0)], { create: [2] }],
    [
      'one pod an index',
      indexed(),
      [running('a', 0), jobPod('b', 'Pending', { index: 0 }), running('c', 1), running('d', 2)],
      { remove: ['b'] },
    ],
    [
      'none of indexes it does not have',
      indexed({ completions: 1, parallelism: 1 }),
      [running('a', 0), running('b', 2)],
      { remove: ['b'] },
    ],
    ['10 s after the first failure', job(), [failed('a', { endedAgo: 4 })], { wait: 6 }],
    ['20 s after the second', job(), [failed('a', { endedAgo: 30 }), failed('b', { endedAgo: 5 })], { wait: 15 }],
    ['once they are over', job(), [failed('a', { endedAgo: 30 }), failed('b', { endedAgo: 20 })], { create: ['any'] }],
    [
      'never longer than 6 minutes',
      job({ backoffLimit: 99 }),
      Array.from({ length: 20 }, (_, index) => failed(`p${index}`, { endedAgo: 1 })),
      { wait: 359 },
    ],
    [
      'failures before a success are forgotten',
      job({ completions: 3 }),
      [failed('a', { endedAgo: 9 }), jobPod('b', 'Succeeded', { endedAgo: 2 })],
      { create: ['any'] },
    ],
    [
      'each index waits for itself',
      indexed({ backoffLimitPerIndex: 5 }),
      [failed('a', { index: 0, failures: 1, endedAgo: 5 })],
      { create: [1, 2] },
    ],
    [
      'an index waits longer after more failures',
      indexed({ backoffLimitPerIndex: 5, completions: 1 }),
      [failed('a', { index: 0, failures: 1, endedAgo: 5 })],
      { wait: 15 },
    ],
    [
      'a replacement waits for the end of the pod',
      job({ podReplacementPolicy: 'Failed' }),
      [jobPod('a', 'Running', { deleting: true })],
      'none',
    ],
  ])('%s', (_, given, pods, wanted) => {
    expect(move(given, pods)).toEqual(wanted);
  });
});
