/** Changes to a body that a client would not make. */
import { hostileText, hostileValue, OWN_NAMES } from './hostile.ts';
import type { Random } from './random.ts';
import { Pairs, type Place, placesOf, Raw, read, type Tree, write } from './tree.ts';

/** In place, `times` changes; the last may be the whole body. Returns what it has become. */
export function mutate(tree: Tree, times: number, random: Random): Tree {
  for (let done = 0; done < times; done++) {
    const places = placesOf(tree);
    if (places.length === 0 || random.chance(0.01)) return hostileValue(random, random.chance(0.1));
    change(random.pick(places), random);
  }
  return tree;
}

function change(place: Place, random: Random): void {
  const { holder, key } = place;
  switch (random.int(10)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(key, 1);
      else holder.pairs.splice(key, 1);
      return;
    case 1:
      if (Array.isArray(holder)) holder.splice(key, 0, holder[key]!);
      else holder.pairs.push([holder.pairs[key]![0], random.chance(0.5) ? read(place) : hostileValue(random, false)]);
      return;
    case 2:
      if (holder instanceof Pairs) holder.pairs[key]![0] = hostileText(random);
      else holder.push(hostileValue(random, false));
      return;
    case 3:
      if (holder instanceof Pairs) holder.pairs.push([random.pick(OWN_NAMES), hostileValue(random, false)]);
      else holder.push(...holder);
      return;
    case 4:
      write(place, wrongType(read(place), random));
      return;
    default:
      write(place, hostileValue(random, random.chance(0.03)));
  }
}

function wrongType(value: Tree, random: Random): Tree {
  if (typeof value === 'string') return random.pick<Tree>([5, true, [value], new Pairs([[value, value]])]);
  if (typeof value === 'number' || value instanceof Raw) return random.pick<Tree>([String(value), [value], 'x']);
  if (Array.isArray(value)) return random.pick<Tree>([value[0] ?? null, 'x', new Pairs([['0', value[0] ?? null]])]);
  if (value instanceof Pairs) return random.pick<Tree>([[value], 'x', 7]);
  return random.pick<Tree>(['true', 1, []]);
}
