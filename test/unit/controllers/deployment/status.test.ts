import { expect, test } from 'vitest';
import type { Condition } from '../../../../src/controllers/deployment/fields.ts';
import {
  pauseCondition,
  rolloutStatus,
  secondsToDeadline,
  withCondition,
} from '../../../../src/controllers/deployment/status.ts';
import { deployment, replicaSet, rolling } from '../factories.ts';

const NOW = new Date('2026-01-01T00:10:00Z');
const BEFORE = '2026-01-01T00:00:00Z';

function progressing(reason: string, status: string, at = BEFORE): Condition {
  return { type: 'Progressing', status, reason, message: '', lastUpdateTime: at, lastTransitionTime: at };
}

test('counts that are zero are absent, as upstream writes them', () => {
  const status = rolloutStatus(deployment({ replicas: 0 }), [], undefined, NOW);
  expect(Object.keys(status).sort()).toEqual(['conditions', 'observedGeneration']);
});

test('unavailable counts what is asked for beyond what is available', () => {
  const newSet = replicaSet('new', { replicas: 4, available: 1 });
  const status = rolloutStatus(deployment(), [replicaSet('old', { replicas: 8 }), newSet], newSet, NOW);
  expect(status).toMatchObject({
    replicas: 12,
    updatedReplicas: 4,
    readyReplicas: 9,
    availableReplicas: 9,
    unavailableReplicas: 3,
  });
});

test('a Deployment is available down to its replicas less maxUnavailable', () => {
  const available = (count: number) => {
    const newSet = replicaSet('new', { replicas: 10, available: count });
    const status = rolloutStatus(deployment({ strategy: rolling(1, 2) }), [newSet], newSet, NOW);
    return status.conditions?.find(({ type }) => type === 'Available');
  };
  expect(available(8)).toMatchObject({
    status: 'True',
    reason: 'MinimumReplicasAvailable',
    message: 'Deployment has minimum availability.',
  });
  expect(available(7)).toMatchObject({
    status: 'False',
    reason: 'MinimumReplicasUnavailable',
    message: 'Deployment does not have minimum availability.',
  });
});

test('each step forward restarts the deadline without a transition', () => {
  const before = deployment({}, { status: { conditions: [progressing('NewReplicaSetCreated', 'True')] } });
  const newSet = replicaSet('web-1', { replicas: 4, available: 1 });
  const status = rolloutStatus(before, [newSet], newSet, NOW);
  expect(status.conditions?.find(({ type }) => type === 'Progressing')).toEqual({
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message: 'ReplicaSet "web-1" is progressing.',
    lastUpdateTime: '2026-01-01T00:10:00Z',
    lastTransitionTime: BEFORE,
  });
});

test('a rollout that made no progress for progressDeadlineSeconds has failed, not a second before', () => {
  const newSet = replicaSet('web-1', { replicas: 10, available: 1 });
  const at = (now: string) => {
    const first = rolloutStatus(deployment(), [newSet], newSet, new Date(BEFORE));
    const stuck = deployment({}, { status: { ...first, conditions: [progressing('ReplicaSetUpdated', 'True')] } });
    const status = rolloutStatus(stuck, [newSet], newSet, new Date(now));
    return {
      reason: status.conditions?.find(({ type }) => type === 'Progressing')?.reason,
      wait: secondsToDeadline(stuck, status, new Date(now)),
    };
  };
  expect(at('2026-01-01T00:10:00Z')).toEqual({ reason: 'ReplicaSetUpdated', wait: 1 });
  expect(at('2026-01-01T00:10:01Z')).toEqual({ reason: 'ProgressDeadlineExceeded', wait: undefined });
});

test('a complete rollout has no deadline, and losing a pod does not make it a new one', () => {
  const newSet = replicaSet('web-1', { replicas: 10, available: 10 });
  const complete = rolloutStatus(deployment(), [newSet], newSet, NOW);
  expect(complete.conditions).toContainEqual(
    expect.objectContaining({
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-1" has successfully progressed.',
    }),
  );
  expect(secondsToDeadline(deployment(), complete, NOW)).toBeUndefined();
  const degraded = replicaSet('web-1', { replicas: 10, available: 9 });
  const later = rolloutStatus(
    deployment({}, { status: complete }),
    [degraded],
    degraded,
    new Date('2026-01-02T00:00:00Z'),
  );
  expect(later.conditions?.find(({ type }) => type === 'Progressing')).toEqual(
    complete.conditions?.find(({ type }) => type === 'Progressing'),
  );
});

test('without a deadline there is no Progressing condition', () => {
  const newSet = replicaSet('web-1', { replicas: 1, available: 0 });
  const { progressDeadlineSeconds: _, ...spec } = deployment().spec!;
  const status = rolloutStatus({ ...deployment(), spec }, [newSet], newSet, NOW);
  expect(status.conditions?.map(({ type }) => type)).toEqual(['Available']);
});

test("a ReplicaSet's failure to make pods shows in the Deployment, and goes with it", () => {
  const failing = replicaSet('web-1', { replicas: 10, available: 0 });
  failing.status!.conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }];
  const status = rolloutStatus(deployment(), [failing], failing, NOW);
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }),
  );
  const healthy = replicaSet('web-1', { replicas: 10, available: 0 });
  const after = rolloutStatus(deployment({}, { status }), [healthy], healthy, NOW);
  expect(after.conditions?.map(({ type }) => type)).not.toContain('ReplicaFailure');
});

test('pausing and resuming are said once', () => {
  const paused = deployment({ paused: true });
  const conditions = pauseCondition(paused, NOW);
  expect(conditions).toMatchObject([
    { status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' },
  ]);
  expect(pauseCondition({ ...paused, status: { conditions: conditions! } }, NOW)).toBeUndefined();
  const resumed = pauseCondition(deployment({}, { status: { conditions: conditions! } }), NOW);
  expect(resumed).toMatchObject([{ status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' }]);
  expect(pauseCondition(deployment(), NOW)).toBeUndefined();
});

test('a condition of the same status and reason keeps its times and message', () => {
  const current = [progressing('A', 'True')];
  expect(withCondition(current, { type: 'Progressing', status: 'True', reason: 'A', message: 'new' }, NOW)).toEqual(
    current,
  );
  expect(
    withCondition(current, { type: 'Progressing', status: 'True', reason: 'B', message: 'new' }, NOW),
  ).toMatchObject([{ reason: 'B', lastTransitionTime: BEFORE, lastUpdateTime: '2026-01-01T00:10:00Z' }]);
  expect(withCondition(current, { type: 'Progressing', status: 'False', reason: 'A', message: '' }, NOW)).toMatchObject(
    [{ status: 'False', lastTransitionTime: '2026-01-01T00:10:00Z' }],
  );
});
