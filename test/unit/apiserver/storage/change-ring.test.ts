import { describe, expect, it } from 'vitest';
import { ChangeRing } from '../../../../src/apiserver/storage/change-ring.ts';
import type { Change } from '../../../../src/apiserver/storage/contract.ts';

function change(revision: number, size = 1): Change {
  const current = { revision, body: 'x'.repeat(size), labels: {}, fields: {} };
  return { resource: 'pods', namespace: 'n', name: 'a', uid: 'u', revision, type: 'ADDED', current };
}

function filled(count: number, limits = { maxChanges: 1000, maxSize: 1000 }): ChangeRing {
  const ring = new ChangeRing(10, limits);
  for (let revision = 11; revision <= 10 + count; revision++) {
    ring.append({ changes: [change(revision)], through: revision });
  }
  return ring;
}

describe('the ring of recent changes', () => {
  it('gives what follows any revision that it reaches back to', () => {
    const ring = filled(5);
    expect(ring.read(12, 100)).toMatchObject({
      through: 15,
      changes: [{ revision: 13 }, { revision: 14 }, { revision: 15 }],
    });
    expect(ring.read(10, 2)).toMatchObject({ through: 12, changes: [{ revision: 11 }, { revision: 12 }] });
    expect(ring.read(15, 100)).toBeUndefined();
  });

  it('forgets the oldest when there are too many, and says from where it knows all', () => {
    const ring = filled(100, { maxChanges: 16, maxSize: 1000 });
    const kept = ring.read(ring.floor, 1000)!.changes.map((each) => each.revision);
    expect(kept.length).toBeLessThanOrEqual(16);
    expect(kept.length).toBeGreaterThanOrEqual(14);
    expect(kept).toEqual(Array.from({ length: 110 - ring.floor }, (_, index) => ring.floor + 1 + index));
  });

  it('forgets the oldest when they are too large, but keeps the newest', () => {
    const ring = new ChangeRing(0, { maxChanges: 100, maxSize: 50 });
    ring.append({ changes: [change(1, 20), change(2, 20), change(3, 20)], through: 3 });
    expect(ring.floor).toBe(1);
    ring.append({ changes: [change(4, 500)], through: 4 });
    expect(ring.read(3, 10)?.changes).toHaveLength(1);
  });

  it('passes on progress without changes', () => {
    const ring = filled(1);
    ring.append({ changes: [], through: 20 });
    expect(ring.read(11, 10)).toEqual({ changes: [], through: 20 });
  });
});
