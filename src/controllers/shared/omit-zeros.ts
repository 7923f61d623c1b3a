/** Counts that are 0 are absent in what upstream writes (omitempty); clients wait for their presence. */
export function omitZeros<T extends Record<string, unknown>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0)) as Partial<T>;
}
