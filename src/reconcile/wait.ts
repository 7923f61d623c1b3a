import { guarded } from '../meta/guard.ts';

/** Resolves after the time, or at once when the signal aborts. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = guarded('sleep', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    });
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

export interface Waker {
  wake(): void;
  /** Forgets wake-ups so far. */
  clear(): void;
  /** Until woken (at once, if that happened since the last wait or clear), the time is over, or the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** One waiter at a time; wake-ups without a waiter are remembered as one. */
export function createWaker(): Waker {
  let pending = false;
  let release: () => void = () => {};
  return {
    wake() {
      pending = true;
      release();
    },
    clear() {
      pending = false;
    },
    async wait(milliseconds, signal) {
      if (!pending && !signal.aborted) {
        const woken = Promise.withResolvers<void>();
        const wake = guarded('waker', () => woken.resolve());
        const timer = setTimeout(wake, milliseconds);
        release = wake;
        signal.addEventListener('abort', wake);
        await woken.promise;
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
      }
      pending = false;
    },
  };
}
