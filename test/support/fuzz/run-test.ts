/** One campaign as a test: what it must come to. */
import { expect } from 'vitest';
import { freshDatabase } from '../postgres.ts';
import { runCampaign, STALL_MS, summary } from './campaign.ts';

/** What may be added to the heap beside changes that are kept for watches, in bytes: caches fill, code is compiled. */
const HEAP_MARGIN = 16 * 2 ** 20;
/** Of the whole process: V8 and the allocator keep what they had in the busiest moment. */
const RSS_MARGIN = 192 * 2 ** 20;

/** Prints its seed and result in one line. KEDGE_FUZZ_SEED, KEDGE_FUZZ_REQUESTS and KEDGE_FUZZ_SECONDS say otherwise. */
export async function fuzz(seed: number, requests: number, deadlineSeconds: number): Promise<void> {
  const database = await freshDatabase();
  try {
    const options = {
      databaseUrl: database.url,
      seed: Number(process.env.KEDGE_FUZZ_SEED ?? seed),
      requests: Number(process.env.KEDGE_FUZZ_REQUESTS ?? requests),
      deadlineSeconds: Number(process.env.KEDGE_FUZZ_SECONDS ?? deadlineSeconds),
    };
    console.log(`fuzz: seed ${options.seed}`);
    const outcome = await runCampaign(options);
    console.log(summary(outcome));
    const { answers, memory } = outcome;
    expect(outcome.failures.join('\n\n')).toBe('');
    if (process.env.KEDGE_FUZZ_SECONDS === undefined) expect(outcome.requests).toBe(options.requests);
    // By the clock a turn also waits for whoever else has the processor.
    expect(outcome.stalls.longestCpu).toBeLessThan(STALL_MS);
    // What is refused at the door tries little of what is behind it.
    expect((answers[200] ?? 0) + (answers[201] ?? 0)).toBeGreaterThan(outcome.requests / 10);
    const held = ({ heapUsed, rings }: typeof memory.late) => heapUsed - rings;
    expect(held(memory.late) - held(memory.early)).toBeLessThan(HEAP_MARGIN);
    expect(memory.late.rss - memory.early.rss).toBeLessThan(RSS_MARGIN);
  } finally {
    await database.close();
  }
}
