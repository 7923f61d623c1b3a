/**
 * Pieces of long answers, one for each turn of the event loop: between two of them everything else that is ready is served,
 * however many answers are on the way.
 */
import { guarded } from '../../meta/guard.ts';

/** Calls back when the event loop has turned once. */
export type Tick = (run: () => void) => void;

/** Resolves when a piece may be made. Without a tick, at once. */
export function createPace(tick: Tick | undefined): () => Promise<void> {
  if (tick === undefined) return async () => {};
  const waiting: (() => void)[] = [];
  let ticking = false;
  const next = guarded('pace', () => {
    waiting.shift()?.();
    ticking = waiting.length > 0;
    if (ticking) tick(next);
  });
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (ticking) return;
      ticking = true;
      tick(next);
    });
}
