import { UnavailableError } from './errors.ts';

export interface Patience {
  /** How long an absent database is waited for before UnavailableError is passed on. */
  seconds: number;
}

/** Repeats a read while the database is away: after 50 ms, doubling up to 1 s. For reads only: a write may have happened. */
export async function patiently<T>(patience: Patience, read: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patience.seconds * 1000;
  for (let wait = 50; ; wait = Math.min(wait * 2, 1000)) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnavailableError) || Date.now() + wait > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
