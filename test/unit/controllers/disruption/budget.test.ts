import { expect, test } from 'vitest';
import type { PodDisruptionBudget } from '../../../../src/client/resources.ts';
import {
  budgetStatus,
  desired,
  failedStatus,
  healthy,
  stillDisrupted,
} from '../../../../src/controllers/disruption/budget.ts';
import { pod, ready } from '../factories.ts';

const NOW = new Date('2026-01-01T01:00:00Z');

function budget(
  spec: PodDisruptionBudget['spec'] = {},
  status: PodDisruptionBudget['status'] = {},
): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop', generation: 2 },
    spec,
    status,
  };
}

test.each<[string, PodDisruptionBudget['spec'], number, number, number, number]>([
  ['a number of pods', { minAvailable: 2 }, 5, 0, 2, 5],
  ['a share, rounded up', { minAvailable: '50%' }, 4, 5, 3, 5],
  ['a number that may be away', { maxUnavailable: 1 }, 4, 5, 4, 5],
  ['a share that may be away, rounded up', { maxUnavailable: '30%' }, 4, 5, 3, 5],
  ['more than there are', { maxUnavailable: 9 }, 4, 5, 0, 5],
])('%s', (_, spec, pods, scale, desiredHealthy, expectedPods) => {
  expect(desired(budget(spec), pods, scale)).toEqual({ desiredHealthy, expectedPods });
});

test('pods that were let go, are going or are not ready are not healthy', () => {
  const running = (name: string, metadata = {}) =>
    pod(name, { metadata: { name, ...metadata }, status: { conditions: [ready()] } });
  const pods = [
    running('a'),
    running('b'),
    running('c', { deletionTimestamp: '2026-01-01T00:59:00Z' }),
    pod('d', { status: { conditions: [ready(undefined, 'False')] } }),
  ];
  expect(healthy(pods, { b: '2026-01-01T00:59:30Z' })).toBe(1);
});

test('a pod that was let go is healthy again when it is not deleted within two minutes', () => {
  const given = budget(
    {},
    { disruptedPods: { a: '2026-01-01T00:59:00Z', b: '2026-01-01T00:57:00Z', gone: '2026-01-01T00:59:00Z' } },
  );
  expect(stillDisrupted(given, [pod('a'), pod('b')], NOW)).toEqual({
    pods: { a: '2026-01-01T00:59:00Z' },
    forgotten: ['b'],
    recheck: 60,
  });
});

test('what is above the wanted number may go, and nothing while there are no pods', () => {
  const allowed = (currentHealthy: number, desiredHealthy: number, expectedPods: number) =>
    budgetStatus(budget(), { currentHealthy, desiredHealthy, expectedPods }, {}, NOW);
  expect(allowed(3, 2, 3)).toMatchObject({
    disruptionsAllowed: 1,
    observedGeneration: 2,
    conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }],
  });
  expect(allowed(1, 2, 3)).toMatchObject({
    disruptionsAllowed: 0,
    conditions: [{ status: 'False', reason: 'InsufficientPods' }],
  });
  expect(allowed(0, 0, 0).disruptionsAllowed).toBe(0);
});

test('nothing may go while the wanted number is not known', () => {
  const status = { disruptionsAllowed: 3, currentHealthy: 3, desiredHealthy: 0, expectedPods: 3 };
  expect(failedStatus(budget({}, status), 'why', NOW)).toMatchObject({
    disruptionsAllowed: 0,
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'why' }],
  });
});
