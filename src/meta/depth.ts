/** How deep values may nest. */

/**
 * Levels, far beyond any object of Kubernetes, and far within what recursive walks over values can take; Go's own limit
 * is 10,000.
 */
export const MAX_DEPTH = 1000;

/** Whether objects and lists nest more than `max` levels. A walk without recursion, as what is asked about may be too deep for one. */
export function nestsBeyond(value: unknown, max: number): boolean {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= max) return true;
    const inside: object[] = [];
    for (const holder of level) {
      for (const each of Array.isArray(holder) ? holder : Object.values(holder)) {
        if (typeof each === 'object' && each !== null) inside.push(each);
      }
    }
    level = inside;
  }
  return false;
}
