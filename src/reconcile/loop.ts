/** The resident form of the engine: follows each tenant's feed, keeps keys running, sleeps until the next timer. */
import type { ChangeFeed } from '../apiserver/storage/contract.ts';
import { TenantNotFoundError } from '../apiserver/storage/errors.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Executor } from './executor.ts';
import type { Log } from './log.ts';
import { createPace } from './pace.ts';
import type { WorkQueue } from './queue.ts';
import { createWaker, sleep } from './wait.ts';

const OUTAGE_MS = 500;
/**
 * A dispatch and the claim behind it take four statements, whether they bring one change or hundreds: with a client that
 * creates one pod after the other, they took more of both processes' CPU than the creations.
 */
const DISPATCH_EVERY_MS = 20;
const DISPATCH_BURST = 5;

export function createLoop(options: {
  queue: WorkQueue;
  dispatcher: Dispatcher;
  executor: Executor;
  names: readonly string[];
  concurrency: number;
  leaseSeconds: number;
  sweepSeconds: number;
  feed: ChangeFeed | undefined;
  log: Log;
}): { run(signal: AbortSignal): Promise<void>; wake(tenant: string): void } {
  const { queue, dispatcher, executor, names, concurrency, leaseSeconds, feed, log } = options;
  const due = createWaker();
  const changed = createWaker();
  const woken = new Set<string>();
  /** Every place was taken at the last claim, so that more keys may be due than are running. */
  let crowded = false;

  /** Dispatches a tenant's changes as its feed brings them; begins again after an outage or an expired cursor. */
  async function follow(source: ChangeFeed, tenant: string, signal: AbortSignal): Promise<void> {
    const pace = createPace(DISPATCH_EVERY_MS, DISPATCH_BURST);
    while (!signal.aborted) {
      try {
        let cursor = await dispatcher.catchUp(tenant);
        due.wake();
        for await (const batch of source.after(tenant, cursor, signal)) {
          if (batch.through <= cursor) continue;
          cursor = await dispatcher.dispatch(tenant, cursor, batch);
          due.wake();
          const pause = pace.take(performance.now());
          if (pause > 0) await sleep(pause, signal);
        }
      } catch (error) {
        if (error instanceof TenantNotFoundError) return;
        if (!signal.aborted) log.warn('the change feed ended and is followed again', { tenant, error });
      }
      await sleep(OUTAGE_MS, signal);
    }
  }

  /** Follows every tenant there is, and on hints and every sweep dispatches what no feed brought. */
  async function sweep(signal: AbortSignal): Promise<void> {
    const following = new Map<string, Promise<void>>();
    while (!signal.aborted) {
      let pause = options.sweepSeconds * 1000;
      try {
        if (feed !== undefined) {
          for (const tenant of await queue.tenants()) {
            if (following.has(tenant)) continue;
            const end = follow(feed, tenant, signal).finally(() => following.delete(tenant));
            following.set(tenant, end);
          }
        }
        const tenants = new Set([...woken, ...(await queue.behind())]);
        woken.clear();
        for (const tenant of tenants) await dispatcher.catchUp(tenant);
      } catch (error) {
        if (!signal.aborted) log.warn('the database could not be swept for changes', { error });
        pause = OUTAGE_MS;
      }
      due.wake();
      await changed.wait(pause, signal);
    }
    await Promise.all(following.values());
  }

  /** Keeps up to `concurrency` keys running while any is due. */
  async function work(signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>();
    while (!signal.aborted) {
      // Consumed before the claim: what becomes due during it wakes the wait below.
      due.clear();
      let pause: number;
      try {
        pause = await fill(running, signal);
      } catch (error) {
        if (!signal.aborted) log.warn('work could not be claimed', { error });
        pause = OUTAGE_MS;
      }
      await due.wait(pause, signal);
    }
    await Promise.all(running);
  }

  /** Claims as many keys as there is room for. Returns the milliseconds after which to look again unasked. */
  async function fill(running: Set<Promise<void>>, signal: AbortSignal): Promise<number> {
    const room = concurrency - running.size;
    const items = room > 0 ? await queue.claim(names, undefined, room, leaseSeconds) : [];
    for (const item of items) {
      const run = executor.run(item, signal).then((again) => {
        running.delete(run);
        if (crowded || again !== undefined) due.wake();
      });
      running.add(run);
    }
    crowded = items.length === room;
    // Places may have become free during the claim.
    if (crowded) return running.size < concurrency ? 0 : leaseSeconds * 1000;
    const seconds = await queue.secondsToNext(names, undefined);
    return Math.min(Math.max(seconds ?? Infinity, 0.001), options.sweepSeconds) * 1000;
  }

  return {
    async run(signal) {
      await Promise.all([sweep(signal), work(signal)]);
    },
    wake(tenant) {
      woken.add(tenant);
      changed.wake();
    },
  };
}
