/**
 * The change feed where no process stays (Workers): each watch reads the log by itself, at an interval that shrinks when
 * something happens and grows while nothing does.
 */
import { guarded } from '../../meta/guard.ts';
import type { ChangeFeed, FeedBatch, Store } from './contract.ts';
import { type Patience, patiently } from './patience.ts';

export interface PollingFeedOptions {
  /** Default 50. */
  minMilliseconds?: number;
  /** Default 1000. */
  maxMilliseconds?: number;
  /** How long an absent database is waited for. Default 10. */
  patienceSeconds?: number;
}

const PAGE = 500;

export function createPollingFeed(store: Pick<Store, 'changes'>, options: PollingFeedOptions = {}): ChangeFeed {
  const min = options.minMilliseconds ?? 50;
  const max = options.maxMilliseconds ?? 1000;
  const patience: Patience = { seconds: options.patienceSeconds ?? 10 };
  const sleepers = new Map<string, Set<() => void>>();

  /** Until the time is over, the tenant is woken (true), or the watch ends. */
  function sleep(tenant: string, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const mine = sleepers.get(tenant) ?? new Set();
      sleepers.set(tenant, mine);
      const finish = (woken: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        mine.delete(onWake);
        if (mine.size === 0 && sleepers.get(tenant) === mine) sleepers.delete(tenant);
        resolve(woken);
      };
      const onWake = () => finish(true);
      const onAbort = guarded('feed poll', () => finish(false));
      const timer = setTimeout(onAbort, milliseconds);
      signal.addEventListener('abort', onAbort);
      mine.add(onWake);
    });
  }

  return {
    async *after(tenant, revision, signal): AsyncIterable<FeedBatch> {
      let position = revision;
      let wait = min;
      while (!signal.aborted) {
        const page = await patiently(patience, () => store.changes(tenant, position, PAGE));
        if (page.through > position) {
          position = page.through;
          wait = min;
          yield page;
          if (page.changes.length === PAGE) continue;
        }
        wait = (await sleep(tenant, wait, signal)) ? min : Math.min(wait * 2, max);
      }
    },
    wake(tenant) {
      for (const wake of [...(sleepers.get(tenant) ?? [])]) wake();
    },
  };
}
