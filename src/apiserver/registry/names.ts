/** Names made from metadata.generateName. */

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_NAME_LENGTH = 63;

/** `base` cut to 58 characters, and five random ones of upstream's alphabet (no vowels, no look-alikes). */
export function generateName(base: string): string {
  const random = crypto.getRandomValues(new Uint8Array(SUFFIX_LENGTH));
  let name = base.slice(0, MAX_NAME_LENGTH - SUFFIX_LENGTH);
  // 256 is not a multiple of 27; a bias below 11% does not matter for what only avoids collisions.
  for (const byte of random) name += LETTERS[byte % LETTERS.length];
  return name;
}
