/** A run, and what is expected of it; CI's and the long one differ in length alone. */
import { expect } from 'vitest';
import { type RunOptions, runHistory } from './run.ts';

/** `KEDGE_TEST_SEED=<seed>` repeats the fault plan of a run. */
export async function expectSound(options: RunOptions & { acknowledged: number }): Promise<void> {
  const seed = Number(process.env.KEDGE_TEST_SEED ?? options.seed);
  console.log(`fault plan of seed ${seed}`);
  const { summary, counts, violations, backlog, logs } = await runHistory({ ...options, seed });
  console.log(summary.join('\n'));
  expect(violations.slice(0, 20), logs).toEqual([]);
  expect(backlog, logs).toEqual([]);
  // Faults must have hit requests, and requests must have got through between them.
  for (const { acknowledged, unknown, events, lists } of counts) {
    expect(acknowledged).toBeGreaterThan(options.acknowledged);
    expect(events).toBeGreaterThan(2 * options.acknowledged);
    expect(unknown).toBeGreaterThan(0);
    expect(lists).toBeGreaterThan(10);
  }
}
