import { expect, test } from 'vitest';
import { lostConditions, secondsToLost } from '../../../../src/controllers/node-lifecycle/health.ts';
import { wantedTaints } from '../../../../src/controllers/node-lifecycle/taints.ts';
import { node } from '../factories.ts';

const GRACE = { monitorSeconds: 40, startupSeconds: 60 };
const NOW = new Date('2026-01-01T00:01:00Z');

test('a node counts as lost the grace period after its last sign of life, whatever times it wrote into it', () => {
  for (const at of ['2026-01-01T00:00:10Z', '2031-01-01T00:00:00Z', '2021-01-01T00:00:00Z']) {
    const reported = node('a', { conditions: { Ready: 'True' }, at });
    reported.metadata.creationTimestamp = '2026-01-01T00:00:10Z';
    expect(secondsToLost(reported, undefined, GRACE, NOW)).toBe(-10);
    expect(secondsToLost(reported, 4.5, GRACE, NOW)).toBe(35.5);
    expect(secondsToLost(reported, 1000, GRACE, NOW)).toBe(-10);
  }
});

test('a node that never reported has the startup grace period from its creation', () => {
  expect(secondsToLost(node('a', { at: '2026-01-01T00:00:10Z' }), undefined, GRACE, NOW)).toBe(10);
  const undated = node('a');
  delete undated.metadata.creationTimestamp;
  expect(secondsToLost(undated, undefined, GRACE, NOW)).toBe(Number.NEGATIVE_INFINITY);
});

test('what a lost node reported becomes Unknown, what it never reported too, and other conditions stay', () => {
  const lost = node('a', { conditions: { Ready: 'True', DiskPressure: 'False', NetworkUnavailable: 'False' } });
  const conditions = lostConditions(lost, NOW);
  const stopped = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  const never = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' };
  const unknown = { status: 'Unknown', lastTransitionTime: '2026-01-01T00:01:00Z' };
  expect(conditions).toMatchObject([
    { type: 'Ready', ...unknown, ...stopped, lastHeartbeatTime: '2026-01-01T00:00:00Z' },
    { type: 'DiskPressure', ...unknown, ...stopped },
    { type: 'NetworkUnavailable', status: 'False' },
    { type: 'MemoryPressure', ...unknown, ...never },
    { type: 'PIDPressure', ...unknown, ...never },
  ]);
  expect(lostConditions({ ...lost, status: { conditions } }, new Date('2026-01-02T00:00:00Z'))).toEqual(conditions);
});

const taints = (of: Parameters<typeof wantedTaints>[0], mayEvict = true) =>
  wantedTaints(of, mayEvict, NOW).map(({ key, effect }) => `${key}:${effect}`);

test.each<[string, Parameters<typeof node>[1], string[]]>([
  ['a healthy node', { conditions: { Ready: 'True', DiskPressure: 'False' } }, []],
  [
    'a node that is not ready',
    { conditions: { Ready: 'False' } },
    ['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute'],
  ],
  [
    'a node that is lost',
    { conditions: { Ready: 'Unknown' } },
    ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
  ],
  [
    'a node under pressure',
    { conditions: { Ready: 'True', MemoryPressure: 'True', PIDPressure: 'True', NetworkUnavailable: 'True' } },
    [
      'node.kubernetes.io/memory-pressure:NoSchedule',
      'node.kubernetes.io/pid-pressure:NoSchedule',
      'node.kubernetes.io/network-unavailable:NoSchedule',
    ],
  ],
  [
    'a cordoned node',
    { conditions: { Ready: 'True' }, spec: { unschedulable: true } },
    ['node.kubernetes.io/unschedulable:NoSchedule'],
  ],
])('the taints of %s', (_, rest, expected) => {
  expect(taints(node('a', rest)).sort()).toEqual([...expected].sort());
});

test('nothing is evicted from a lost node when that is not allowed, but nothing is scheduled there either', () => {
  expect(taints(node('a', { conditions: { Ready: 'Unknown' } }), false)).toEqual([
    'node.kubernetes.io/unreachable:NoSchedule',
  ]);
});

test("others' taints stay, one's own keep their time, and those that no longer hold go", () => {
  const kept = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' } as const;
  const spec = {
    taints: [
      { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' },
      kept,
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
    ],
  } as const;
  const wanted = wantedTaints(
    node('a', { conditions: { Ready: 'False' }, spec: { taints: [...spec.taints] } }),
    true,
    NOW,
  );
  expect(wanted).toEqual([
    spec.taints[0],
    kept,
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule', timeAdded: '2026-01-01T00:01:00Z' },
  ]);
});
