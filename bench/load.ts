/** A closed-loop load: `clients` workers, each with one request in flight, until `total` are done. */

export interface Measured {
  requests: number;
  /** per second */
  rate: number;
  /** milliseconds, of each request */
  latencies: number[];
}

export async function load(
  total: number,
  clients: number,
  request: (index: number) => Promise<unknown>,
): Promise<Measured> {
  const latencies: number[] = [];
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let index = next++; index < total; index = next++) {
        const from = performance.now();
        await request(index);
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { requests: total, rate: (total / (performance.now() - started)) * 1000, latencies };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
