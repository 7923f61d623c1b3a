import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Demand, LevelLimits, Seat } from '../../../../src/apiserver/flow/contract.ts';
import { FairQueue } from '../../../../src/apiserver/flow/fair-queue.ts';

const LIMITS: LevelLimits = { seats: 4, tenantSeats: 4, flowSeats: 4, queued: 10, flowQueued: 8, waitMs: 1_000 };
const never = () => new AbortController().signal;
const demand = (flow: string, seats = 1, tenant = 't'): Demand => ({ level: 'workload', tenant, flow, seats });

/** Takes and records who got a seat, in order. */
function recorder(queue: FairQueue) {
  const order: string[] = [];
  const seats: Seat[] = [];
  const refused: string[] = [];
  return {
    order,
    refused,
    async settle() {
      await vi.advanceTimersByTimeAsync(0);
    },
    releaseFirst: () => seats.shift()?.release(),
    take(name: string, each: Demand, signal = never()) {
      Promise.resolve(queue.take(each, () => signal)).then(
        (seat) => {
          order.push(name);
          seats.push(seat);
        },
        (error) => refused.push(`${name} ${error.reason}`),
      );
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('FairQueue', () => {
  it('S8: gives a flow with one request its turn before a flow with many gets its next', async () => {
    const queue = new FairQueue({ ...LIMITS, seats: 1 });
    const run = recorder(queue);
    for (let i = 0; i < 5; i++) run.take(`flood-${i}`, demand('flood'));
    run.take('light', demand('light'));
    await run.settle();
    expect(run.order).toEqual(['flood-0']);
    for (let i = 0; i < 3; i++) {
      run.releaseFirst();
      await run.settle();
    }
    expect(run.order.slice(0, 3)).toEqual(['flood-0', 'flood-1', 'light']);
  });

  it('gives out all that is free at once, also to one flow', async () => {
    const queue = new FairQueue(LIMITS);
    const run = recorder(queue);
    run.take('wide', demand('a', 4));
    for (let i = 0; i < 4; i++) run.take(`narrow-${i}`, demand('b'));
    await run.settle();
    expect(run.order).toEqual(['wide']);
    run.releaseFirst();
    await run.settle();
    expect(run.order).toEqual(['wide', 'narrow-0', 'narrow-1', 'narrow-2', 'narrow-3']);
    expect(queue.counts()).toMatchObject({ executing: 4, seats: 4, queued: 0, dispatched: 5 });
  });

  it('lets no narrow request pass a wide one for ever', async () => {
    const queue = new FairQueue(LIMITS);
    const run = recorder(queue);
    run.take('first', demand('a'));
    run.take('wide', demand('b', 4));
    run.take('late', demand('c'));
    await run.settle();
    expect(run.order).toEqual(['first']);
    run.releaseFirst();
    await run.settle();
    expect(run.order).toEqual(['first', 'wide']);
  });

  it('holds a flow and a tenant to their share, and passes over those who have theirs', async () => {
    const queue = new FairQueue({ ...LIMITS, seats: 8, tenantSeats: 3, flowSeats: 2 });
    const run = recorder(queue);
    for (let i = 0; i < 3; i++) run.take(`a${i}`, demand('a'));
    for (let i = 0; i < 3; i++) run.take(`b${i}`, demand('b'));
    run.take('other', demand('a', 1, 'other'));
    await run.settle();
    expect(run.order).toEqual(['a0', 'a1', 'b0', 'other']);
  });

  it('refuses what finds the queue full, what waited too long, and what nobody waits for any more', async () => {
    const queue = new FairQueue({ ...LIMITS, seats: 1, flowQueued: 2, queued: 3 });
    const run = recorder(queue);
    const gone = new AbortController();
    run.take('first', demand('a'));
    run.take('gone', demand('a'), gone.signal);
    run.take('late', demand('a'));
    run.take('full', demand('a'));
    await run.settle();
    expect(run.refused).toEqual(['full queue-full']);
    gone.abort();
    await run.settle();
    expect(run.refused).toEqual(['full queue-full', 'gone cancelled']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run.refused).toEqual(['full queue-full', 'gone cancelled', 'late time-out']);
    expect(queue.counts()).toMatchObject({ queued: 0, rejected: { 'queue-full': 1, 'time-out': 1, cancelled: 1 } });
  });

  it('forgets flows that have nothing, and a seat released twice counts once', async () => {
    const queue = new FairQueue(LIMITS);
    const seat = await queue.take(demand('a', 9), never);
    expect(queue.counts().seats).toBe(4);
    seat.release();
    seat.release();
    expect(queue.counts()).toMatchObject({ executing: 0, seats: 0 });
  });
});
