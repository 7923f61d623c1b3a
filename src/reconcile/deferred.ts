/** Work that nobody waits for, a few at a time. */
import type { Log } from './log.ts';

/** Few, because it competes with reconciles for the database. */
const CONCURRENCY = 4;

export interface Deferred {
  add(work: () => Promise<void>): void;
  /** Resolves when nothing is left. */
  idle(): Promise<void>;
}

export function createDeferred(log: Log): Deferred {
  const waiting: (() => Promise<void>)[] = [];
  const workers = new Set<Promise<void>>();
  let next = 0;

  async function work(): Promise<void> {
    while (next < waiting.length) {
      try {
        await waiting[next++]!();
      } catch (error) {
        log.warn('deferred work failed', { error });
      }
    }
    waiting.length = 0;
    next = 0;
  }

  return {
    add(each) {
      waiting.push(each);
      if (workers.size >= CONCURRENCY) return;
      const worker = work().finally(() => workers.delete(worker));
      workers.add(worker);
    },
    async idle() {
      while (workers.size > 0) await Promise.all(workers);
    },
  };
}
