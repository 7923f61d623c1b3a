import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/meta/object.ts';
import type { ObservedChange } from '../../../src/reconcile/contract.ts';
import { schedulingKeys } from '../../../src/scheduler/keys.ts';
import { assigned, node, pod } from './factories.ts';

function wakes(type: ObservedChange['type'], object: KubeObject, previous?: KubeObject): boolean {
  const resource = object.kind === 'Pod' ? 'pods' : 'nodes';
  const { name = '', namespace = '' } = object.metadata;
  const change = { resource, namespace, name, type, object, ...(previous === undefined ? {} : { previous }) };
  return schedulingKeys(change).length > 0;
}

describe('the scheduler is woken by', () => {
  it('a pod to be placed, and not by one that is not its own, held back, placed, or going', () => {
    expect(wakes('ADDED', pod('p'))).toBe(true);
    expect(wakes('ADDED', pod('p', { spec: { schedulerName: 'mine' } }))).toBe(false);
    expect(wakes('ADDED', pod('p', { spec: { schedulingGates: [{ name: 'g' }] } }))).toBe(false);
    expect(wakes('ADDED', assigned(pod('p'), 'n'))).toBe(false);
    expect(wakes('MODIFIED', pod('p', { deletedAt: '2026-01-01T00:00:00Z' }), pod('p'))).toBe(false);
    expect(wakes('DELETED', pod('p'), pod('p'))).toBe(false);
  });

  it('a change of what a waiting pod asks for, and not by a change of its status', () => {
    const gated = pod('p', { spec: { schedulingGates: [{ name: 'g' }] } });
    expect(wakes('MODIFIED', pod('p'), gated)).toBe(true);
    expect(wakes('MODIFIED', pod('p', { labels: { a: 'b' } }), pod('p'))).toBe(true);
    const refused = pod('p', { status: { conditions: [{ type: 'PodScheduled', status: 'False' }] } });
    expect(wakes('MODIFIED', refused, pod('p'))).toBe(false);
  });

  it('a placed pod that goes, finishes or shrinks, and not by its other changes', () => {
    const running = assigned(pod('p', { requests: { cpu: '2' }, status: { phase: 'Running' } }), 'n');
    const starting = { ...running, status: { phase: 'Pending' as const } };
    const finished = { ...running, status: { phase: 'Succeeded' as const } };
    expect(wakes('DELETED', running, running)).toBe(true);
    expect(wakes('MODIFIED', finished, running)).toBe(true);
    expect(wakes('DELETED', finished, finished)).toBe(false);
    expect(wakes('MODIFIED', running, starting)).toBe(false);
    expect(wakes('MODIFIED', running, pod('p', { requests: { cpu: '2' } }))).toBe(false);
    expect(wakes('MODIFIED', assigned(pod('p', { requests: { cpu: '1' } }), 'n'), running)).toBe(true);
  });

  it('a node that comes, is uncordoned, freed of a taint, grows or is relabelled', () => {
    expect(wakes('ADDED', node('n'))).toBe(true);
    expect(wakes('MODIFIED', node('n'), node('n', { unschedulable: true }))).toBe(true);
    expect(wakes('MODIFIED', node('n'), node('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }))).toBe(true);
    expect(wakes('MODIFIED', node('n'), node('n', { allocatable: { cpu: '2' } }))).toBe(true);
    expect(wakes('MODIFIED', node('n', { labels: { a: 'b' } }), node('n'))).toBe(true);
  });

  it('neither a heartbeat nor a node that goes', () => {
    const beating = node('n');
    const beat = structuredClone(beating);
    beat.status!.conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:10Z' } as never];
    beat.metadata.annotations = { seen: 'now' };
    expect(wakes('MODIFIED', beat, beating)).toBe(false);
    expect(wakes('DELETED', beating, beating)).toBe(false);
  });
});
