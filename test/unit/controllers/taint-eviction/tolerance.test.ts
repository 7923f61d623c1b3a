import { expect, test } from 'vitest';
import type { Pod } from '../../../../src/client/resources.ts';
import { evictionTime, type Taint, tolerates } from '../../../../src/controllers/taint-eviction/tolerance.ts';
import { pod } from '../factories.ts';

type Tolerations = NonNullable<NonNullable<Pod['spec']>['tolerations']>;

const UNREACHABLE: Taint = {
  key: 'node.kubernetes.io/unreachable',
  effect: 'NoExecute',
  timeAdded: '2026-01-01T00:10:00Z',
};
const ADDED = Date.parse('2026-01-01T00:10:00Z');

function evicted(
  tolerations: Tolerations,
  taints: readonly Taint[] = [UNREACHABLE],
  startTime = '2026-01-01T00:00:00Z',
) {
  return evictionTime(pod('a', { spec: { tolerations }, status: { startTime } }), taints);
}

test.each<[string, Tolerations[number], boolean]>([
  ['the key exists', { key: UNREACHABLE.key, operator: 'Exists' }, true],
  ['any key exists', { operator: 'Exists' }, true],
  ['the value is equal', { key: UNREACHABLE.key, operator: 'Equal', value: '' }, true],
  ['the value differs', { key: UNREACHABLE.key, value: 'x' }, false],
  ['the effect differs', { key: UNREACHABLE.key, operator: 'Exists', effect: 'NoSchedule' }, false],
  ['the key differs', { key: 'other', operator: 'Exists' }, false],
])('whether a toleration fits: %s', (_, toleration, expected) => {
  expect(tolerates(toleration, UNREACHABLE)).toBe(expected);
});

test('a pod leaves at once, after the shortest toleration, or never', () => {
  expect(evicted([])).toBe(0);
  expect(evicted([{ operator: 'Exists', tolerationSeconds: 300 }])).toBe(ADDED + 300_000);
  expect(
    evicted([
      { operator: 'Exists', tolerationSeconds: 300 },
      { key: UNREACHABLE.key, operator: 'Exists', tolerationSeconds: 30 },
    ]),
  ).toBe(ADDED + 30_000);
  expect(evicted([{ operator: 'Exists' }])).toBeUndefined();
  expect(evicted([{ operator: 'Exists', tolerationSeconds: -5 }])).toBe(0);
  expect(evicted([{ operator: 'Exists' }], [])).toBeUndefined();
});

test('every taint must be tolerated', () => {
  const other: Taint = { key: 'other', effect: 'NoExecute' };
  expect(evicted([{ key: UNREACHABLE.key, operator: 'Exists' }], [UNREACHABLE, other])).toBe(0);
});

test('a limited toleration runs from the start of a pod that came after the taint', () => {
  const late = '2026-01-01T01:00:00Z';
  expect(evicted([{ operator: 'Exists', tolerationSeconds: 60 }], [UNREACHABLE], late)).toBe(Date.parse(late) + 60_000);
});
