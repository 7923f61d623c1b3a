import { expect, test } from 'vitest';
import type { Pod, StatefulSet } from '../../../../src/client/resources.ts';
import { isMember, parseName, statefulPod } from '../../../../src/controllers/stateful-set/identity.ts';
import { planStep, usesCurrentRevision } from '../../../../src/controllers/stateful-set/plan.ts';
import { statefulSetStatus } from '../../../../src/controllers/stateful-set/status.ts';
import { pod, ready } from '../factories.ts';

type Spec = NonNullable<StatefulSet['spec']>;

const NOW = new Date('2026-01-10T00:00:00Z');

function statefulSet(rest: Partial<Spec> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'set-uid', generation: 1 },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
      ...rest,
    },
  };
}

/** "2" is available and of the newest revision; "2 old", "2 pending", "2 failed", "2 terminating" are not. */
function member(text: string): Pod {
  const [ordinal, ...words] = text.split(' ');
  const deleted = words.includes('terminating') ? { deletionTimestamp: '2026-01-09T00:00:00Z' } : {};
  return pod(`db-${ordinal}`, {
    metadata: { labels: { 'controller-revision-hash': words.includes('old') ? 'old' : 'new' }, ...deleted },
    status: {
      phase: words.includes('failed') ? 'Failed' : words.includes('pending') ? 'Pending' : 'Running',
      conditions: words.includes('pending') || words.includes('failed') ? [] : [ready()],
    },
  });
}

const PARALLEL = { podManagementPolicy: 'Parallel' } as const;
const rolling = (rollingUpdate: NonNullable<Spec['updateStrategy']>['rollingUpdate'], rest: Partial<Spec> = {}) => ({
  updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate: rollingUpdate! },
  ...rest,
});

test.each<[string, Partial<Spec>, string[], { create?: number[]; recreate?: string[]; delete?: string[] }]>([
  ['in order: the first alone', {}, [], { create: [0] }],
  ['in order: the next once the first is available', {}, ['0'], { create: [1] }],
  ['in order: none while one is not ready', {}, ['0', '1 pending'], {}],
  ['in order: none while one is being deleted', {}, ['0 terminating', '1'], {}],
  ['in order: none while one is ready for too short', { minReadySeconds: 864_000 }, ['0'], {}],
  ['in parallel: all that lack', PARALLEL, ['1 pending'], { create: [0, 2] }],
  ['from the first ordinal', { ordinals: { start: 5 } }, ['5'], { create: [6] }],
  ['a failed pod before its name is used again', {}, ['0 failed', '1', '2'], { recreate: ['db-0'] }],
  ['a failed pod that is still there keeps its name', {}, ['0 failed terminating', '1', '2'], {}],
  ['in parallel: the same', PARALLEL, ['0 failed', '1'], { recreate: ['db-0'], create: [2] }],
  ['scaled down: the highest alone', { replicas: 1 }, ['0', '1', '2'], { delete: ['db-2'] }],
  ['scaled down: nothing while one goes', { replicas: 1 }, ['0', '1', '2 terminating'], {}],
  ['scaled down: not while another is not healthy', { replicas: 1 }, ['0', '1 pending', '2'], { delete: ['db-2'] }],
  ['scaled down: the one that is not healthy', { replicas: 1 }, ['0', '1', '2 pending'], { delete: ['db-2'] }],
  ['scaled down: not one that waits behind another', { replicas: 1 }, ['0', '1 pending', '2 pending'], {}],
  ['scaled down in parallel', { replicas: 1, ...PARALLEL }, ['0', '1', '2'], { delete: ['db-2', 'db-1'] }],
  ['scaled from below', { replicas: 1, ordinals: { start: 1 } }, ['0', '1'], { delete: ['db-0'] }],
  ['updated: the highest first', rolling({ partition: 0 }), ['0 old', '1 old', '2 old'], { delete: ['db-2'] }],
  ['updated: the next when it is available', rolling({ partition: 0 }), ['0 old', '1 old', '2'], { delete: ['db-1'] }],
  ['updated: down to the partition', rolling({ partition: 2 }), ['0 old', '1 old', '2'], {}],
  [
    'updated: the partition counts from the first',
    rolling({ partition: 1 }, { ordinals: { start: 5 } }),
    ['5 old', '6', '7'],
    {},
  ],
  [
    'updated: as many as may be unavailable',
    rolling({ maxUnavailable: 2 }),
    ['0 old', '1 old', '2 old'],
    { delete: ['db-2', 'db-1'] },
  ],
  [
    'updated: a percentage of nothing is one',
    rolling({ maxUnavailable: '10%' }),
    ['0 old', '1 old', '2 old'],
    { delete: ['db-2'] },
  ],
  [
    'updated in parallel: not beyond what is unavailable',
    rolling({ maxUnavailable: 2 }, PARALLEL),
    ['0 old', '1 old', '2 pending'],
    { delete: ['db-1'] },
  ],
  [
    'updated in parallel: a broken old one first',
    rolling({}, PARALLEL),
    ['0 old pending', '1 old', '2'],
    { delete: ['db-0'] },
  ],
  ['never by itself', { updateStrategy: { type: 'OnDelete' } }, ['0 old', '1 old', '2 old'], {}],
])('pods are made and deleted %s', (_, spec, pods, expected) => {
  const step = planStep(statefulSet(spec), pods.map(member), 'new', NOW);
  const names = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.name);
  expect({ create: step.create, recreate: names(step.recreate), delete: names(step.delete) }).toEqual({
    create: [],
    recreate: [],
    delete: [],
    ...expected,
  });
});

test('below the partition a pod is made anew of the revision that it had', () => {
  expect([0, 1, 2].map((ordinal) => usesCurrentRevision(statefulSet(rolling({ partition: 2 })), ordinal))).toEqual([
    true,
    true,
    false,
  ]);
});

test.each([
  ['db-0', { set: 'db', ordinal: 0 }],
  ['db-10', { set: 'db', ordinal: 10 }],
  ['my-db-3', { set: 'my-db', ordinal: 3 }],
  ['db-01', undefined],
  ['db--1', { set: 'db-', ordinal: 1 }],
  ['db', undefined],
  ['db-x', undefined],
])('the name %s is that of %o', (name, expected) => {
  expect(parseName(name)).toEqual(expected);
  expect(isMember(statefulSet(), pod(name))).toBe(expected?.set === 'db');
});

test('a pod has its name as host name, its labels, and claims in the place of volumes of their names', () => {
  const volumes = [
    { name: 'data', emptyDir: {} },
    { name: 'cache', emptyDir: {} },
  ];
  const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [], volumes } };
  const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: {} }] as NonNullable<Spec['volumeClaimTemplates']>;
  const { metadata, spec } = statefulPod(statefulSet({ volumeClaimTemplates }), 4, template, 'db-abc');
  expect(metadata).toMatchObject({
    name: 'db-4',
    labels: {
      app: 'db',
      'statefulset.kubernetes.io/pod-name': 'db-4',
      'apps.kubernetes.io/pod-index': '4',
      'controller-revision-hash': 'db-abc',
    },
  });
  expect(metadata.generateName).toBeUndefined();
  expect(spec).toMatchObject({
    hostname: 'db-4',
    subdomain: 'db',
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-4' } },
      { name: 'cache', emptyDir: {} },
    ],
  });
});

test('the current revision is the update once all pods are of it and ready, and not before', () => {
  const names = { current: 'old', update: 'new', collisionCount: 0, now: NOW };
  expect(statefulSetStatus(statefulSet(), ['0 old', '1', '2'].map(member), names)).toEqual({
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 1,
    updatedReplicas: 2,
    currentRevision: 'old',
    updateRevision: 'new',
    collisionCount: 0,
  });
  expect(statefulSetStatus(statefulSet(), ['0', '1', '2'].map(member), names)).toMatchObject({
    currentReplicas: 3,
    currentRevision: 'new',
  });
  expect(statefulSetStatus(statefulSet(), ['0', '1', '2 pending'].map(member), names).currentRevision).toBe('old');
});
