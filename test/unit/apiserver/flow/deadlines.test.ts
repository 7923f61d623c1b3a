import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Deadlines } from '../../../../src/apiserver/flow/deadlines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells those whose time is up, soon after, and nobody else', async () => {
  const deadlines = new Deadlines(8_000);
  const told: string[] = [];
  deadlines.begin(() => told.push('first'));
  const end = deadlines.begin(() => told.push('ended'));
  await vi.advanceTimersByTimeAsync(4_000);
  deadlines.begin(() => told.push('second'));
  end();
  await vi.advanceTimersByTimeAsync(3_999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(told).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(told).toEqual(['first', 'second']);
  expect(vi.getTimerCount()).toBe(0);
});
