/**
 * The one guard of what the program is called back by: events of sockets and streams, timers. What a handler throws has no
 * caller who could answer for it, so Node ends the process, and with it the clusters of every tenant. Guarded, the fault
 * costs what its handler was about, is counted, and is told to whoever listens (a log).
 *
 * The counts are the process's, like the danger: whatever was wired in it adds to the same ones.
 */

/** `where` is one of a fixed set of texts, written at the handlers. Must not throw; if it does, nobody hears of it. */
export type FaultListener = (where: string, error: unknown) => void;

const counts = new Map<string, number>();
const listeners = new Set<FaultListener>();

/**
 * The handler, such that neither what it throws nor what its promise is rejected with goes any further.
 * `test/unit/guards.test.ts` fails for a handler of an event or a timer that was not passed through here.
 */
export function guarded<A extends unknown[]>(where: string, handler: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      const result = handler(...args);
      if (result instanceof Promise) result.catch((error: unknown) => reportFault(where, error));
    } catch (error) {
      reportFault(where, error);
    }
  };
}

/** Counts and tells a fault that was caught elsewhere. */
export function reportFault(where: string, error: unknown): void {
  counts.set(where, (counts.get(where) ?? 0) + 1);
  for (const listener of listeners) {
    try {
      listener(where, error);
    } catch {
      // A log that cannot be written must not become a fault of its own.
    }
  }
}

/** Faults so far, by handler: `kedge_guarded_errors_total`. */
export function faultCounts(): ReadonlyMap<string, number> {
  return counts;
}

/** Returns what ends it. */
export function onFault(listener: FaultListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
