/** Notices when the event loop does not turn, and says whose work held it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attention } from '../../apiserver/metrics/contract.ts';
import { guarded } from '../../meta/guard.ts';

export interface Stall {
  milliseconds: number;
  /** The request whose work it was, e.g. `create /api/v1/namespaces/a/pods by ada`. */
  request?: string;
  /** When that is not known: what was in hand, at most ten of them. */
  inHand?: string[];
}

export interface Watchdog extends Attention {
  stop(): void;
}

export interface WatchdogOptions {
  onStall(stall: Stall): void;
  /** Default 200. */
  thresholdMs?: number;
}

const THRESHOLD_MS = 200;
const TICK_MS = 50;
const SHOWN = 10;

export function createWatchdog({ onStall, thresholdMs = THRESHOLD_MS }: WatchdogOptions): Watchdog {
  const current = new AsyncLocalStorage<() => string>();
  const inHand = new Set<() => string>();
  /** When the loop last turned, or somebody's work was last known to have ended. */
  let mark = performance.now();

  function look(report: () => Omit<Stall, 'milliseconds'>): void {
    const now = performance.now();
    const milliseconds = now - mark;
    mark = now;
    if (milliseconds >= thresholdMs) onStall({ milliseconds: Math.round(milliseconds), ...report() });
  }

  const unknown = () => ({ inHand: [...inHand].slice(0, SHOWN).map((name) => name()) });
  const checkpoint = () =>
    look(() => {
      const name = current.getStore();
      return name === undefined ? unknown() : { request: name() };
    });

  const timer = setInterval(
    guarded('watchdog', () => look(unknown)),
    TICK_MS,
  );
  timer.unref();

  return {
    checkpoint,
    run(name, work) {
      // What was before is not this request's.
      look(unknown);
      inHand.add(name);
      return current.run(name, async () => {
        try {
          return await work();
        } finally {
          checkpoint();
          inHand.delete(name);
        }
      });
    },
    stop: () => clearInterval(timer),
  };
}
