/** Sets of completion indexes as a Job's status writes them: "1,3-5,7". Kept as ranges, since a Job may have 100,000. */

/** First and last index, both of the set. */
export type Range = readonly [first: number, last: number];
/** Ascending, and never touching each other. */
export type Indexes = readonly Range[];

/** Indexes that are not below `completions` are left out: an elastic Job may have shrunk. */
export function parseIndexes(text: string | undefined, completions: number): Indexes {
  if (!text) return [];
  const ranges = text.split(',').map((part): Range => {
    const [first = '', last = first] = part.split('-');
    return [Number(first), Math.min(Number(last), completions - 1)];
  });
  return joined(ranges.filter(([first, last]) => first <= last));
}

export function formatIndexes(indexes: Indexes): string {
  return indexes
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');
}

export function union(indexes: Indexes, others: Indexes): Indexes {
  return others.length === 0 ? indexes : joined([...indexes, ...others]);
}

export function indexesOf(numbers: Iterable<number>): Indexes {
  return joined([...numbers].map((number): Range => [number, number]));
}

export function total(indexes: Indexes): number {
  return indexes.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** How many indexes both have. */
export function totalInBoth(a: Indexes, b: Indexes): number {
  return total(a) + total(b) - total(union(a, b));
}

/** By bisection: asked for each pod. */
export function has(indexes: Indexes, index: number): boolean {
  let [low, high] = [0, indexes.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = indexes[middle]!;
    if (index < first) high = middle - 1;
    else if (index > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** The lowest `count` indexes below `completions` that are not in the set. */
export function firstMissing(indexes: Indexes, count: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const [first, last] of [...indexes, [completions, completions] as const]) {
    for (; candidate < Math.min(first, completions) && missing.length < count; candidate++) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return missing;
}

function joined(ranges: Range[]): Indexes {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.sort((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}
