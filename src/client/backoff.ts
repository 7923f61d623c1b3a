/** Exponential delays with jitter for whoever must outlive an API that is away, for minutes or for days. */
import { guarded } from '../meta/guard.ts';

export interface BackoffOptions {
  /** First delay, in milliseconds. */
  initial?: number;
  /** Longest delay, in milliseconds. */
  max?: number;
  factor?: number;
  /** Fraction of each delay that is random, 0…1; spreads the return of many clients after an outage. */
  jitter?: number;
  random?: () => number;
}

export class Backoff {
  readonly #initial: number;
  readonly #max: number;
  readonly #factor: number;
  readonly #jitter: number;
  readonly #random: () => number;
  #next: number;

  constructor(options: BackoffOptions = {}) {
    this.#initial = options.initial ?? 500;
    this.#max = options.max ?? 30_000;
    this.#factor = options.factor ?? 2;
    this.#jitter = options.jitter ?? 0.5;
    this.#random = options.random ?? Math.random;
    this.#next = this.#initial;
  }

  /** The next delay in milliseconds: within [delay × (1 - jitter), delay]. */
  next(): number {
    const delay = this.#next;
    this.#next = Math.min(this.#max, delay * this.#factor);
    return Math.round(delay * (1 - this.#jitter * this.#random()));
  }

  reset(): void {
    this.#next = this.#initial;
  }
}

/** Resolves after `milliseconds`, or at once when the signal aborts; never rejects. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = guarded('pause', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    });
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
}
