import { expect, test } from 'vitest';
import type { DaemonSet, Pod } from '../../../../src/client/resources.ts';
import { failuresAfter, secondsToReplacement } from '../../../../src/controllers/daemon-set/back-off.ts';
import { fitOf } from '../../../../src/controllers/daemon-set/fit.ts';
import { nodeStates, planPods } from '../../../../src/controllers/daemon-set/plan.ts';
import { daemonPod, daemonPodSpec, targetNode } from '../../../../src/controllers/daemon-set/pod.ts';
import { planRollingUpdate } from '../../../../src/controllers/daemon-set/rolling-update.ts';
import { node, pod, ready } from '../factories.ts';

type Spec = NonNullable<DaemonSet['spec']>;

const NOW = new Date('2026-01-10T00:00:00Z');
const FAILURES = 'kedge.dev/daemon-pod-failures';

function daemonSet(rest: Partial<Spec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop', uid: 'set-uid', generation: 1 },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image: 'agent:1' }] } },
      ...rest,
    },
  };
}

/** Of hash `new` unless `old`; available unless said. */
function on(nodeName: string, options: { old?: boolean; ready?: boolean; suffix?: string } = {}): Pod {
  return pod(`${nodeName}${options.suffix ?? ''}`, {
    metadata: { labels: { 'controller-revision-hash': options.old ? 'old' : 'new' } },
    spec: { nodeName },
    status: { phase: 'Running', conditions: [ready(undefined, options.ready === false ? 'False' : 'True')] },
  });
}

function failed(seconds: number, failures: number, hash = 'new'): Pod {
  return pod('failed', {
    metadata: {
      creationTimestamp: new Date(NOW.getTime() - seconds * 1000).toISOString(),
      labels: { 'controller-revision-hash': hash },
      annotations: { [FAILURES]: String(failures) },
    },
    spec: { nodeName: 'a' },
    status: { phase: 'Failed' },
  });
}

test.each<[string, Pod, number, number]>([
  ['the first failure', failed(0, 0), 0, 1],
  ['the second at once', failed(0, 1), 1, 2],
  ['the fourth after 3 s', failed(3, 3), 1, 4],
  ['one that waited', failed(4, 3), 0, 4],
  ['many', failed(0, 50), 900, 51],
  ['one of an older template', failed(0, 5, 'old'), 0, 1],
  ['one that lived for long', failed(3600, 5), 0, 1],
  ['a count that is none', failed(0, Number.NaN), 0, 1],
])('back-off of a failed pod: %s', (_, each, seconds, failures) => {
  expect(secondsToReplacement(each, 'new', NOW)).toBe(seconds);
  expect(failuresAfter(each, 'new', NOW)).toBe(failures);
});

test('a pod that waits for its back-off is neither deleted nor joined by another, and brings the time', () => {
  const plan = planPods(daemonSet(), nodeStates(daemonSet(), [node('a')], [failed(3, 3)]), 'new', NOW);
  expect(plan).toEqual({ create: [], delete: [], ended: [], seconds: 1 });
});

test('once its replacement is there, a failed pod is only deleted', () => {
  const [gone, present] = [failed(9, 1), on('a')];
  const plan = planPods(daemonSet(), nodeStates(daemonSet(), [node('a')], [gone, present]), 'new', NOW);
  expect(plan).toMatchObject({ create: [], delete: [gone] });
});

test.each<[string, NonNullable<ReturnType<typeof node>['spec']>['taints'], boolean, boolean]>([
  ['no taint', [], true, true],
  ['cordoned', [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }], true, true],
  ['unreachable', [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }], true, true],
  ['without network', [{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }], false, true],
  ['reserved', [{ key: 'reserved', effect: 'NoSchedule' }], false, true],
  ['being emptied', [{ key: 'reserved', effect: 'NoExecute' }], false, false],
  ['better avoided', [{ key: 'reserved', effect: 'PreferNoSchedule' }], true, true],
])('a node that is %s', (_, taints, shouldRun, shouldContinue) => {
  expect(fitOf(daemonPodSpec(daemonSet()), node('a', { spec: { taints: taints! } }))).toEqual({
    shouldRun,
    shouldContinue,
  });
});

test('a toleration that the template has is not added again; host network tolerates a missing network', () => {
  const toleration = { key: 'node.kubernetes.io/not-ready', operator: 'Exists' as const, effect: 'NoExecute' as const };
  const spec = { hostNetwork: true, tolerations: [toleration], containers: [] };
  const { tolerations } = daemonPodSpec(daemonSet({ template: { spec } }));
  expect(tolerations).toHaveLength(7);
  expect(tolerations?.at(-1)?.key).toBe('node.kubernetes.io/network-unavailable');
});

test('a pod is for the node that its affinity names until it is bound', () => {
  expect(targetNode(daemonPod(daemonSet(), 'a', 'new', 0))).toBe('a');
  expect(targetNode(pod('web'))).toBe('');
});

const rolling = (maxUnavailable: number | string, maxSurge: number | string = 0) =>
  daemonSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } } });

test.each<[string, DaemonSet, Pod[], string[], string[]]>([
  ['one by one', rolling(1), [on('a', { old: true }), on('b', { old: true }), on('c')], ['a'], []],
  ['not while a new one is not ready', rolling(1), [on('a', { old: true }), on('b', { ready: false })], [], []],
  ['nor while a node has none', rolling(1), [on('a', { old: true }), on('b')], [], []],
  [
    'half, rounded up',
    rolling('50%'),
    [on('a', { old: true }), on('b', { old: true }), on('c', { old: true })],
    ['a', 'b'],
    [],
  ],
  [
    'broken ones at no cost',
    rolling(1),
    [on('a', { old: true, ready: false }), on('b', { old: true }), on('c')],
    ['a'],
    [],
  ],
  ['a new one beside the old', rolling(0, 1), [on('a', { old: true }), on('b', { old: true }), on('c')], [], ['a']],
  [
    'the old one once the new is available',
    rolling(0, 1),
    [on('a', { old: true }), on('a', { suffix: '2' })],
    ['a'],
    [],
  ],
])('a rolling update takes %s', (title, set, pods, deleted, created) => {
  const names = title.startsWith('nor') ? ['a', 'b', 'c'] : [...new Set(pods.map(targetNode))];
  const states = nodeStates(
    set,
    names.map((name) => node(name)),
    pods,
  );
  const step = planRollingUpdate(set, states, 'new', NOW);
  expect(step.delete.map(({ metadata }) => metadata.name)).toEqual(deleted);
  expect(step.create).toEqual(created);
});
