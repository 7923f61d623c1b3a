/** A closed-loop load: `clients` workers, each with one request in flight, until `total` are done. */

export interface Measured {
  requests: number;
  /** per second */
  rate: number;
  /** milliseconds */
  p50: number;
  p99: number;
}

export async function load(
  total: number,
  clients: number,
  request: (index: number) => Promise<void>,
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
  return { requests: total, rate: (total / (performance.now() - started)) * 1000, ...percentiles(latencies) };
}

export function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
