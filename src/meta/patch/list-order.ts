/** The order of merged lists: that of the patch first, that of the live object where it says nothing. */

/** What tells elements apart: the merge key's value of maps, or the scalar itself. */
export type Identify = (element: unknown) => unknown;

/** Identities to the first position that each has in `elements`. */
export function positions(elements: readonly unknown[], identify: Identify): Map<unknown, number> {
  const found = new Map<unknown, number>();
  elements.forEach((element, position) => {
    const identity = identify(element);
    if (!found.has(identity)) found.set(identity, position);
  });
  return found;
}

interface Placed {
  element: unknown;
  /** Where the order that counts for it has it; -1 for nowhere. */
  position: number;
  /** Where `live` has it, for elements that are not ordered by it. */
  inLive: number;
}

function byPosition(a: Placed, b: Placed): number {
  return a.position - b.position;
}

/**
 * Puts the merged elements in order: those that `patchOrder` names in its order, the others in the order they have in
 * `live`, each before the first of the named ones that follows it in `live`.
 */
export function orderMerged(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  live: readonly unknown[],
  identify: Identify,
): unknown[] {
  const wanted = positions(patchOrder, identify);
  const known = positions(live, identify);
  const named: Placed[] = [];
  const others: Placed[] = [];
  for (const element of merged) {
    const identity = identify(element);
    const inLive = known.get(identity) ?? -1;
    const position = wanted.get(identity);
    if (position === undefined) others.push({ element, position: inLive, inLive });
    else named.push({ element, position, inLive });
  }
  // Several of one identity stay as they were: sorting is stable.
  named.sort(byPosition);
  others.sort(byPosition);
  const ordered: unknown[] = [];
  let taken = 0;
  for (const { element, inLive } of named) {
    for (; taken < others.length; taken += 1) {
      const other = others[taken]!;
      if (other.position < 0 || inLive < 0 || other.position >= inLive) break;
      ordered.push(other.element);
    }
    ordered.push(element);
  }
  for (; taken < others.length; taken += 1) ordered.push(others[taken]!.element);
  return ordered;
}
