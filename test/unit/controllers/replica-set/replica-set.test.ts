import { expect, test } from 'vitest';
import { type Pod, REPLICA_SETS } from '../../../../src/client/resources.ts';
import { replicatedStatus } from '../../../../src/controllers/replica-set/status.ts';
import { podOfTemplate } from '../../../../src/controllers/shared/pod-control.ts';
import { rankForDeletion } from '../../../../src/controllers/shared/rank.ts';
import { pod, ready, replicaSet } from '../factories.ts';

const NOW = new Date('2026-01-10T00:00:00Z');

function running(name: string, rest: Parameters<typeof pod>[1] = {}): Pod {
  return pod(name, {
    metadata: { creationTimestamp: '2026-01-01T00:00:00Z', ...rest.metadata },
    spec: { nodeName: `node-of-${name}`, ...rest.spec },
    status: { phase: 'Running', conditions: [ready()], ...rest.status },
  });
}

test.each<[string, Pod, Pod]>([
  ['unassigned before assigned', running('first', { spec: { nodeName: '' } }), running('second')],
  ['pending before running', running('first', { status: { phase: 'Pending' } }), running('second')],
  ['unknown before running', running('first', { status: { phase: 'Unknown' } }), running('second')],
  [
    'not ready before ready',
    running('first', { status: { conditions: [ready(undefined, 'False')] } }),
    running('second'),
  ],
  [
    'cheaper before dearer',
    running('first', { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } }),
    running('second'),
  ],
  [
    'recently ready before long ready',
    running('first', { status: { conditions: [ready('2026-01-09T23:59:00Z')] } }),
    running('second'),
  ],
  [
    'often restarted before never restarted',
    running('first', {
      status: { containerStatuses: [{ name: 'web', image: '', imageID: '', ready: true, restartCount: 3 }] },
    }),
    running('second'),
  ],
  [
    'young before old',
    running('first', { metadata: { creationTimestamp: '2026-01-09T23:59:00Z' } }),
    running('second'),
  ],
])('pods are deleted %s', (_, first, second) => {
  expect(rankForDeletion([second, first], [second, first], NOW).map(({ metadata }) => metadata.name)).toEqual([
    'first',
    'second',
  ]);
  expect(rankForDeletion([first, second], [first, second], NOW)[0]?.metadata.name).toBe('first');
});

test('pods are deleted from the node that holds more of their siblings, those of other ReplicaSets included', () => {
  const crowded = running('crowded', { spec: { nodeName: 'a' } });
  const alone = running('alone', { spec: { nodeName: 'b' } });
  const sibling = running('sibling', { spec: { nodeName: 'a' } });
  expect(rankForDeletion([alone, crowded], [alone, crowded, sibling], NOW)[0]?.metadata.name).toBe('crowded');
});

test('an invalid deletion cost counts as none', () => {
  const cost = (value: string) => ({
    metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': value } },
  });
  const pods = [running('b', cost('1')), running('a', cost('-1x'))];
  expect(rankForDeletion(pods, pods, NOW)[0]?.metadata.name).toBe('a');
});

test('a pod is made of the template, named after the ReplicaSet and controlled by it', () => {
  const owner = replicaSet('web-1', { replicas: 1 });
  expect(podOfTemplate(owner, REPLICA_SETS, owner.spec?.template)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'web-1-',
      namespace: 'shop',
      labels: { app: 'web', 'pod-template-hash': 'web-1' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web-1',
          uid: 'web-1-uid',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  });
});

test('the status counts ready pods, those ready for minReadySeconds, and those with all labels of the template', () => {
  const owner = replicaSet('web-1', { replicas: 3 });
  owner.spec!.minReadySeconds = 60;
  const labels = { app: 'web', 'pod-template-hash': 'web-1' };
  const pods = [
    running('long', { metadata: { labels }, status: { conditions: [ready('2026-01-09T23:59:00Z')] } }),
    running('short', { metadata: { labels }, status: { conditions: [ready('2026-01-09T23:59:01Z')] } }),
    running('unready', { status: { conditions: [] } }),
  ];
  expect(replicatedStatus(owner, pods, undefined, NOW)).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 1,
    observedGeneration: 1,
  });
});

test('a failure is a condition from its first occurrence until a pass succeeds', () => {
  const owner = replicaSet('web-1', { replicas: 1 });
  const first = replicatedStatus(owner, [], new Error('quota'), NOW);
  expect(first.conditions).toEqual([
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'quota',
      lastTransitionTime: '2026-01-10T00:00:00Z',
    },
  ]);
  const again = replicatedStatus({ ...owner, status: first }, [], new Error('other'), new Date('2026-01-11T00:00:00Z'));
  expect(again.conditions).toEqual(first.conditions);
  expect(replicatedStatus({ ...owner, status: first }, [], undefined, NOW).conditions).toBeUndefined();
  const surplus = [running('a'), running('b')];
  expect(replicatedStatus(owner, surplus, new Error('x'), NOW).conditions?.[0]?.reason).toBe('FailedDelete');
});
