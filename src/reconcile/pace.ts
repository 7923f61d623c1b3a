/**
 * Lets a few steps pass at once, and then one each `everyMs`. An idle engine reacts without delay, also along a chain of
 * reconciles that cause each other; a busy one gathers changes.
 */
export interface Pace {
  /** How long to wait before the next step, which is thereby taken. `now` in milliseconds, never decreasing. */
  take(now: number): number;
}

export function createPace(everyMs: number, burst: number): Pace {
  /** When all of the burst is there again. */
  let full = Number.NEGATIVE_INFINITY;
  return {
    take(now) {
      full = Math.max(full, now) + everyMs;
      return Math.max(0, full - now - burst * everyMs);
    },
  };
}
