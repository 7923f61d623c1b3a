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

/** Those of `elements` that `order` lists, in its order; several of one identity stay as they were. */
function sortBy(
  elements: readonly unknown[],
  order: ReadonlyMap<unknown, number>,
  identify: Identify,
): { element: unknown; position: number }[] {
  return elements
    .map((element) => ({ element, position: order.get(identify(element)) ?? -1 }))
    .sort((a, b) => a.position - b.position);
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
  const isNamed = (element: unknown) => wanted.has(identify(element));
  const named = sortBy(merged.filter(isNamed), wanted, identify);
  const others = sortBy(
    merged.filter((element) => !isNamed(element)),
    known,
    identify,
  );
  const ordered: unknown[] = [];
  let taken = 0;
  for (const { element } of named) {
    const position = known.get(identify(element)) ?? -1;
    for (; taken < others.length; taken += 1) {
      const other = others[taken]!;
      if (other.position < 0 || position < 0 || other.position >= position) break;
      ordered.push(other.element);
    }
    ordered.push(element);
  }
  for (; taken < others.length; taken += 1) ordered.push(others[taken]!.element);
  return ordered;
}
