/** The order of merged lists: that of the patch first, that of the live object where it says nothing. */

/** What tells elements apart: the merge key's value of maps, or the scalar itself. */
export type Identify = (element: unknown) => unknown;

/** The position in `order` of the element with that identity, or -1. */
function positionIn(order: readonly unknown[], element: unknown, identify: Identify): number {
  const identity = identify(element);
  return order.findIndex((each) => identify(each) === identity);
}

/** Those of `elements` that `order` lists, in its order; several of one identity stay as they were. */
function sortBy(elements: readonly unknown[], order: readonly unknown[], identify: Identify): unknown[] {
  return elements
    .map((element) => ({ element, position: positionIn(order, element, identify) }))
    .sort((a, b) => a.position - b.position)
    .map(({ element }) => element);
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
  const isNamed = (element: unknown) => positionIn(patchOrder, element, identify) >= 0;
  const named = sortBy(merged.filter(isNamed), patchOrder, identify);
  const others = sortBy(
    merged.filter((element) => !isNamed(element)),
    live,
    identify,
  );
  const ordered: unknown[] = [];
  for (const element of named) {
    const position = positionIn(live, element, identify);
    while (others.length > 0) {
      const other = positionIn(live, others[0], identify);
      if (other < 0 || position < 0 || other >= position) break;
      ordered.push(others.shift());
    }
    ordered.push(element);
  }
  return [...ordered, ...others];
}
