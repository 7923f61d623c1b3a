/** Numbers that are the same in every run of one seed (mulberry32). */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [from, to]. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(from: readonly T[]): T[];
  /** Another sequence, of its own. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const random: Random = {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    between: (from, to) => from + Math.floor(random.next() * (to - from + 1)),
    pick: (from) => from[random.between(0, from.length - 1)]!,
    shuffled(from) {
      const left = [...from];
      return Array.from(from, () => left.splice(random.between(0, left.length - 1), 1)[0]!);
    },
    fork: () => createRandom(Math.floor(random.next() * 2 ** 32)),
  };
  return random;
}
