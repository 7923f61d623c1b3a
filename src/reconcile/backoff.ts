/** Exponential back-off of failing keys, with client-go's limits (5 ms doubling up to 1000 s). */

const BASE_SECONDS = 0.005;
const MAX_SECONDS = 1000;

/**
 * Seconds to wait before a key runs again that has failed `attempts` times (at least 1). `random` is in [0, 1). Up to a
 * quarter is taken off at random, so that keys which failed together do not return together.
 */
export function backoffSeconds(attempts: number, random = Math.random()): number {
  const doubled = BASE_SECONDS * 2 ** Math.min(Math.max(attempts - 1, 0), 30);
  return Math.min(doubled, MAX_SECONDS) * (1 - random / 4);
}
