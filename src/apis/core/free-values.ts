/**
 * Candidates for values that one object at most may hold. Who else holds what is known only to the store, which answers
 * after the fact; hence random picks, so that a try seldom collides even among thousands, and so that writers who were
 * told the same do not choose the same.
 */

/** Random probes before the free values are listed: of a pool of which nothing is known, or half is free, one is enough. */
const PROBES = 8;

/** A random integer in [0, below). */
function random(below: number): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word % below;
}

/**
 * A value from `from` to `to` inclusive for which `isTaken` is false, or undefined when there is none. Values from
 * `preferredFrom` on are used up first: those below are left to whoever asks for a certain value, as upstream does.
 */
export function pickFree(
  range: { from: number; preferredFrom: number; to: number },
  isTaken: (value: number) => boolean,
): number | undefined {
  return pickWithin(range.preferredFrom, range.to, isTaken) ?? pickWithin(range.from, range.preferredFrom - 1, isTaken);
}

function pickWithin(from: number, to: number, isTaken: (value: number) => boolean): number | undefined {
  const size = to - from + 1;
  if (size <= 0) return undefined;
  for (let probe = 0; probe < PROBES; probe += 1) {
    const value = from + random(size);
    if (!isTaken(value)) return value;
  }
  const free: number[] = [];
  for (let value = from; value <= to; value += 1) if (!isTaken(value)) free.push(value);
  return free.length === 0 ? undefined : free[random(free.length)];
}

/** How many values of a range upstream keeps for static use: a share of it, within bounds. */
export function staticBand(size: number, { share, min, max }: { share: number; min: number; max: number }): number {
  return size <= min ? 0 : Math.min(Math.max(min, Math.trunc(size / share)), max);
}
