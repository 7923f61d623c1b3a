import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/client/resources.ts';
import { DEFAULT_PLUGINS } from '../../../src/scheduler/default-plugins.ts';
import { type Plan, schedule } from '../../../src/scheduler/schedule.ts';
import { assigned, node, pod, snapshotOf } from './factories.ts';

function placed(plan: Plan): Record<string, string> {
  return Object.fromEntries(plan.placements.map(({ pod, node }) => [pod.metadata.name, node]));
}
function perNode(plan: Plan): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { node } of plan.placements) counts[node] = (counts[node] ?? 0) + 1;
  return counts;
}
const many = (count: number, options: Parameters<typeof pod>[1]) =>
  Array.from({ length: count }, (_, index) => pod(`p${index}`, options));

describe('a batch', () => {
  it('never puts more on a node than fits beside its own earlier placements', () => {
    const plan = schedule(many(10, { requests: { cpu: '1' } }), snapshotOf([node('a'), node('b')], []));
    expect(perNode(plan)).toEqual({ a: 4, b: 4 });
    expect(plan.refusals).toHaveLength(2);
    expect(plan.refusals[0]!.message).toContain('0/2 nodes are available: 2 Insufficient cpu.');
  });

  it('never gives one host port twice', () => {
    const plan = schedule(
      many(3, { hostPorts: [{ containerPort: 80, hostPort: 80 }] }),
      snapshotOf([node('a'), node('b')], []),
    );
    expect(perNode(plan)).toEqual({ a: 1, b: 1 });
    expect(plan.refusals).toHaveLength(1);
  });

  it('serves higher priority first, then those who wait longer', () => {
    const pods = [
      pod('late', { requests: { cpu: '4' }, createdAt: '2026-01-01T00:00:02Z' }),
      pod('early', { requests: { cpu: '4' }, createdAt: '2026-01-01T00:00:01Z' }),
      pod('important', { requests: { cpu: '4' }, createdAt: '2026-01-01T00:00:03Z', spec: { priority: 10 } }),
    ];
    expect(Object.keys(placed(schedule(pods, snapshotOf([node('a'), node('b')], []))))).toEqual(['important', 'early']);
  });

  it('is not stopped by a pod that fits nowhere', () => {
    const pods = [pod('huge', { requests: { cpu: '64' }, spec: { priority: 1 } }), pod('small')];
    expect(placed(schedule(pods, snapshotOf([node('a')], [])))).toEqual({ small: 'a' });
  });
});

describe('scores', () => {
  it('prefer the node with the most left', () => {
    const running = [assigned(pod('x', { requests: { cpu: '3', memory: '6Gi' } }), 'a')];
    const plan = schedule([pod('p', { requests: { cpu: '500m' } })], snapshotOf([node('a'), node('b')], running));
    expect(placed(plan)).toEqual({ p: 'b' });
  });

  it('prefer nodes without advice against', () => {
    const advised = node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] });
    const running = [assigned(pod('x', { requests: { cpu: '1' } }), 'b')];
    expect(placed(schedule([pod('p')], snapshotOf([advised, node('b')], running)))).toEqual({ p: 'b' });
  });

  it('prefer nodes with more preferred labels', () => {
    const preferredDuringSchedulingIgnoredDuringExecution = [
      { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
      { weight: 1, preference: { matchExpressions: [{ key: 'near', operator: 'Exists' }] } },
    ];
    const spec = { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } };
    const nodes = [node('a', { labels: { near: '' } }), node('b', { labels: { disk: 'ssd' } }), node('c')];
    expect(placed(schedule([pod('p', { spec })], snapshotOf(nodes, [])))).toEqual({ p: 'b' });
  });

  it('prefer nodes that have the image', () => {
    const big = [{ names: ['app:1'], sizeBytes: 900 * 2 ** 20 }];
    const nodes = [node('a'), node('b', { images: big })];
    expect(placed(schedule([pod('p')], snapshotOf(nodes, [])))).toEqual({ p: 'b' });
  });

  it('fall back to the emptier node, then the name, so that a plan can be repeated', () => {
    const nodes = [node('b'), node('a')];
    expect(placed(schedule([pod('p')], snapshotOf(nodes, [])))).toEqual({ p: 'a' });
  });
});

describe('spreading', () => {
  it('keeps the pods of one owner apart, even on nodes that are unevenly full', () => {
    const nodes = [node('a'), node('b'), node('c')];
    const others = [assigned(pod('x', { requests: { cpu: '1', memory: '2Gi' } }), 'a')];
    const plan = schedule(many(6, { owner: 'rs-1', requests: { cpu: '100m' } }), snapshotOf(nodes, others));
    expect(perNode(plan)).toEqual({ a: 2, b: 2, c: 2 });
  });

  it('counts what the owner runs already, but not what is ending', () => {
    const options = { owner: 'rs-1', requests: { cpu: '1m', memory: '1Mi' } };
    const running = [
      assigned(pod('x', options), 'a'),
      assigned(pod('y', { ...options, deletedAt: '2026-01-01T00:00:00Z' }), 'b'),
      assigned(pod('z', { ...options, owner: 'rs-2' }), 'b'),
    ];
    expect(placed(schedule([pod('p', options)], snapshotOf([node('a'), node('b')], running)))).toEqual({ p: 'b' });
  });

  it('keeps pods without owner apart that a Service selects together', () => {
    const service = {
      metadata: { namespace: 'default', name: 's' },
      spec: { selector: { app: 'web' } },
    } as unknown as Service;
    const labels = { app: 'web' };
    const running = [assigned(pod('x', { labels }), 'a')];
    const nodes = [node('a', { allocatable: { cpu: '40', memory: '80Gi' } }), node('b')];
    const plan = schedule([pod('p', { labels }), pod('q', { labels })], snapshotOf(nodes, running, [service]));
    expect(placed(plan).p).toBe('b');
    const elsewhere = { ...service, metadata: { namespace: 'other', name: 's' } };
    expect(placed(schedule([pod('p', { labels })], snapshotOf(nodes, running, [elsewhere])))).toEqual({ p: 'a' });
  });

  it('spreads over zones as well', () => {
    const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name });
    const nodes = [
      node('a1', { labels: zone('a') }),
      node('a2', { labels: zone('a') }),
      node('b1', { labels: zone('b') }),
    ];
    const running = [assigned(pod('x', { owner: 'rs-1', requests: { cpu: '1m' } }), 'a1')];
    const plan = schedule([pod('p', { owner: 'rs-1', requests: { cpu: '1m' } })], snapshotOf(nodes, running));
    expect(placed(plan)).toEqual({ p: 'b1' });
  });
});

it('places 1,000 pods on 100 nodes, asking each filter at most once a pod and node and each score once a pod', () => {
  let filtered = 0;
  let scored = 0;
  const counted = {
    filters: DEFAULT_PLUGINS.filters.map((filter) => (...args: Parameters<typeof filter>) => {
      filtered++;
      return filter(...args);
    }),
    scores: DEFAULT_PLUGINS.scores.map(({ score, weight }) => ({
      weight,
      score: (...args: Parameters<typeof score>) => {
        scored++;
        return score(...args);
      },
    })),
  };
  const nodes = Array.from({ length: 100 }, (_, index) => node(`n${index}`));
  const pods = Array.from({ length: 1000 }, (_, index) =>
    pod(`p${index}`, { owner: `rs-${index % 20}`, requests: { cpu: '100m', memory: '64Mi' } }),
  );
  const plan = schedule(pods, snapshotOf(nodes, []), { plugins: counted });
  expect(plan.refusals).toEqual([]);
  const counts = Object.values(perNode(plan));
  expect(counts).toHaveLength(100);
  expect(Math.max(...counts)).toBeLessThanOrEqual(11);
  expect(filtered).toBeLessThanOrEqual(1000 * 100 * DEFAULT_PLUGINS.filters.length);
  expect(scored).toBe(1000 * DEFAULT_PLUGINS.scores.length);
});
