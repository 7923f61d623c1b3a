import { expect, it } from 'vitest';
import { formatDuration, KeyedBackoff, RESTART_BACKOFF } from '../../../agent/pods/backoff.ts';

it('restarts at once the first time, then after 10 s, doubled up to 5 minutes', () => {
  const backoff = new KeyedBackoff(RESTART_BACKOFF);
  let now = 0;
  const delays: number[] = [];
  for (let failure = 0; failure < 8; failure++) {
    const failedAt = now;
    const until = backoff.until('c', failedAt);
    delays.push(until - failedAt);
    backoff.next('c', failedAt, until);
    now = until + 1000;
  }
  expect(delays).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
});

it('forgets a container that has run for ten minutes', () => {
  const backoff = new KeyedBackoff(RESTART_BACKOFF);
  backoff.next('c', 0, 0);
  expect(backoff.delay('c', 600_000)).toBe(10_000);
  expect(backoff.delay('c', 600_001)).toBe(0);
});

it('prints durations as Go does', () => {
  expect([10_000, 80_000, 300_000, 3_600_000].map(formatDuration)).toEqual(['10s', '1m20s', '5m0s', '1h0m0s']);
});
