import { expect, test } from 'vitest';
import {
  isScaled,
  newReplicaSetSize,
  planRecreate,
  planRollingUpdate,
  planScaling,
  type Scale,
} from '../../../../src/controllers/deployment/scale.ts';
import { deployment, replicaSet, rolling } from '../factories.ts';

function sizes(plan: readonly Scale[]): Record<string, number> {
  return Object.fromEntries(plan.map(({ replicaSet: { metadata }, replicas }) => [metadata.name, replicas]));
}

function sized(replicas: number, max: number): Record<string, string> {
  return {
    'deployment.kubernetes.io/desired-replicas': String(replicas),
    'deployment.kubernetes.io/max-replicas': String(max),
  };
}

test.each([
  ['nothing exists yet', { maxSurge: 2 }, [], 10],
  ['the surge leaves room', { maxSurge: 2 }, [10], 2],
  ['there is no room', { maxSurge: 0 }, [10], 0],
  ['old pods have gone', { maxSurge: 0 }, [7], 3],
])('a new ReplicaSet begins as large as maxSurge allows: %s', (_, { maxSurge }, old, expected) => {
  const all = old.map((replicas, index) => replicaSet(`old-${index}`, { replicas }));
  expect(newReplicaSetSize(deployment({ strategy: rolling(maxSurge, 1) }), all, undefined)).toBe(expected);
});

test('Recreate makes the new ReplicaSet at full size', () => {
  expect(newReplicaSetSize(deployment({ strategy: { type: 'Recreate' } }), [], undefined)).toBe(10);
});

test.each([
  ['up into the surge first', 0, 0, 10, 10, { new: 2 }],
  ['old ones down once the new are up', 2, 2, 10, 10, { old: 6 }],
  ['nothing while the new are not available and no old may go', 4, 0, 8, 8, {}],
  ['old ones that are not available go at once', 2, 0, 10, 8, { old: 8 }],
  ['to the end when all new ones are available', 10, 10, 2, 2, { old: 0 }],
  ['nothing when it is done', 10, 10, 0, 0, {}],
  ['the new one down when it is larger than wanted', 12, 12, 0, 0, { new: 10 }],
])('a rolling update of 10 with maxSurge 2 and maxUnavailable 2 goes %s', (_, size, up, oldSize, oldUp, expected) => {
  const newSet = replicaSet('new', { replicas: size, available: up });
  const old = replicaSet('old', { replicas: oldSize, available: oldUp, age: 10 });
  expect(sizes(planRollingUpdate(deployment({ strategy: rolling(2, 2) }), newSet, [old]))).toEqual(expected);
});

test('pods of an old ReplicaSet that is still shrinking do not count as available', () => {
  const newSet = replicaSet('new', { replicas: 5, available: 5 });
  const old = replicaSet('old', { replicas: 6, available: 9, age: 10 });
  expect(sizes(planRollingUpdate(deployment({ strategy: rolling(1, 1) }), newSet, [old]))).toEqual({ old: 4 });
});

test('the oldest ReplicaSet is emptied first', () => {
  const newSet = replicaSet('new', { replicas: 6, available: 6 });
  const older = replicaSet('older', { replicas: 3, age: 20 });
  const younger = replicaSet('younger', { replicas: 3, age: 10 });
  const plan = planRollingUpdate(deployment({ strategy: rolling(2, 2) }), newSet, [younger, older]);
  expect(sizes(plan)).toEqual({ older: 0, younger: 2 });
});

test('percentages round so that a rollout can always move: surge up, unavailable down, and one when both are nothing', () => {
  const newSet = replicaSet('new', { replicas: 0 });
  const old = replicaSet('old', { replicas: 3 });
  expect(sizes(planRollingUpdate(deployment({ replicas: 3, strategy: rolling('25%', '25%') }), newSet, [old]))).toEqual(
    {
      new: 1,
    },
  );
  expect(sizes(planRollingUpdate(deployment({ replicas: 3, strategy: rolling('0%', '10%') }), newSet, [old]))).toEqual({
    old: 2,
  });
});

test('scaling reaches the only active ReplicaSet whole', () => {
  const newSet = replicaSet('new', { replicas: 5, annotations: sized(5, 6) });
  const old = replicaSet('old', { replicas: 0 });
  expect(sizes(planScaling(deployment({ replicas: 20 }), newSet, [old]))).toEqual({ new: 20 });
});

test('scaling reaches the newest ReplicaSet when none is active', () => {
  const old = [replicaSet('older', { replicas: 0, age: 20 }), replicaSet('younger', { replicas: 0, age: 10 })];
  expect(sizes(planScaling(deployment({ replicas: 4 }), undefined, old))).toEqual({ younger: 4 });
});

test.each([
  ['up', 15, [8, 5], { old: 11, new: 7 }],
  ['down', 5, [8, 5], { old: 5, new: 3 }],
  ['to nothing', 0, [8, 5], { old: 0, new: 0 }],
])('scaling in the middle of a rollout is proportional: %s', (_, replicas, [oldSize = 0, newSize = 0], expected) => {
  const annotations = sized(10, 13);
  const old = replicaSet('old', { replicas: oldSize, annotations, age: 10 });
  const newSet = replicaSet('new', { replicas: newSize, available: 0, annotations });
  expect(sizes(planScaling(deployment({ replicas, strategy: rolling(3, 2) }), newSet, [old]))).toEqual(expected);
});

test('the sum of a proportional scaling is exact, and the largest takes what rounding leaves', () => {
  const annotations = sized(10, 10);
  const sets = [3, 3, 4].map((replicas, index) =>
    replicaSet(`rs-${index}`, { replicas, annotations, age: 10 - index }),
  );
  const plan = planScaling(deployment({ replicas: 11, strategy: rolling(0, 1) }), undefined, sets);
  expect(plan.reduce((sum, { replicas }) => sum + replicas, 0)).toBe(11);
});

test('a Deployment counts as scaled while an active ReplicaSet remembers another size', () => {
  const remembering = replicaSet('a', { replicas: 1, annotations: sized(10, 12) });
  expect(isScaled(deployment({ replicas: 11 }), [remembering])).toBe(true);
  expect(isScaled(deployment({ replicas: 10 }), [remembering])).toBe(false);
  expect(
    isScaled(deployment({ replicas: 11 }), [{ ...remembering, spec: { ...remembering.spec!, replicas: 0 } }]),
  ).toBe(false);
});

test('Recreate empties the old ReplicaSets, waits for their pods, then fills the new one', () => {
  const recreate = deployment({ strategy: { type: 'Recreate' } });
  const newSet = replicaSet('new', { replicas: 0 });
  expect(sizes(planRecreate(recreate, newSet, [replicaSet('old', { replicas: 10 })], true))).toEqual({ old: 0 });
  expect(planRecreate(recreate, newSet, [replicaSet('old', { replicas: 0 })], true)).toEqual([]);
  expect(sizes(planRecreate(recreate, newSet, [replicaSet('old', { replicas: 0 })], false))).toEqual({ new: 10 });
});
