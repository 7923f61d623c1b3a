/** Replica counts that are valid and large ask the controllers for pods without end, which is theirs to make and no fault. */
import { Pairs, placesOf, Raw, read, type Tree, write } from './tree.ts';

const MOST = 20;
const INT32_MAX = 2 ** 31 - 1;

/** Makes them small, in place: counts that no int32 holds stay. */
export function tame<T extends Tree>(tree: T): T {
  for (const place of placesOf(tree, 20_000)) {
    const { holder, key } = place;
    if (!(holder instanceof Pairs)) continue;
    const name = holder.pairs[key]![0];
    // A JSON patch names the field in its path; what is copied or moved there came through here before.
    const path = holder.get('path');
    const counts = name === 'replicas' || (name === 'value' && typeof path === 'string' && path.endsWith('/replicas'));
    if (counts && isLarge(read(place))) write(place, 3);
  }
  return tree;
}

function isLarge(value: Tree): boolean {
  const number = typeof value === 'number' ? value : value instanceof Raw ? Number(value.text) : 0;
  return number > MOST && number <= INT32_MAX;
}
