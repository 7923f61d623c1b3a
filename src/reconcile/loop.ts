/**
 * The resident form of the engine: follows the feeds of tenants in which something happens, keeps keys running, sleeps
 * until the next timer. A tenant in which nothing happens has no reader and is not asked for.
 */
import type { ChangeFeed } from '../apiserver/storage/contract.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Executor } from './executor.ts';
import { createFollowers, OUTAGE_MS } from './followers.ts';
import type { Log } from './log.ts';
import type { WorkQueue } from './queue.ts';
import { sharesOf } from './shares.ts';
import { createWaker } from './wait.ts';

/** While some tenants have due keys, how often others are looked for whose timers have become due. */
const LOOK_EVERY_MS = 1_000;

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
}): {
  run(signal: AbortSignal): Promise<void>;
  wake(tenant: string): void;
  /** Keys may have become due in any tenant. */
  look(): void;
} {
  const { queue, dispatcher, executor, names, concurrency, leaseSeconds, feed, log } = options;
  const due = createWaker();
  const changed = createWaker();
  /** Set while the loop runs. */
  let alive: AbortSignal | undefined;
  /** Tenants that may have due keys, in the order in which they get places. */
  const ready = new Set<string>();
  const running = new Map<string, number>();
  const runs = new Set<Promise<void>>();
  let lookedAt = Number.NEGATIVE_INFINITY;

  function makeReady(tenant: string): void {
    ready.add(tenant);
    due.wake();
  }

  const followers = createFollowers({ feed, dispatcher, onDispatched: makeReady, log });

  /** Finds what no wake-up announced. */
  async function sweep(signal: AbortSignal): Promise<void> {
    const stop = feed?.onWake?.((tenant) => (tenant === undefined ? changed.wake() : followers.stir(tenant, signal)));
    alive = signal;
    while (!signal.aborted) {
      let pause = options.sweepSeconds * 1000;
      try {
        for (const tenant of await queue.behind()) followers.stir(tenant, signal);
      } catch (error) {
        if (!signal.aborted) log.warn('the database could not be swept for changes', { error });
        pause = OUTAGE_MS;
      }
      await changed.wait(pause, signal);
    }
    stop?.();
    await followers.ended();
  }

  /** Keeps up to `concurrency` keys running while any is due. */
  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Consumed before the claim: what becomes due during it wakes the wait below.
      due.clear();
      let pause: number;
      try {
        pause = await fill(signal);
      } catch (error) {
        if (!signal.aborted) log.warn('work could not be claimed', { error });
        pause = OUTAGE_MS;
      }
      await due.wait(pause, signal);
    }
    await Promise.all(runs);
    await executor.idle();
  }

  /** Claims as many keys as there is room for. Returns the milliseconds after which to look again unasked. */
  async function fill(signal: AbortSignal): Promise<number> {
    if (runs.size >= concurrency) return leaseSeconds * 1000;
    if (ready.size === 0) {
      const seconds = await queue.secondsToNext(names, undefined);
      if (seconds === undefined || seconds > 0) return Math.min(seconds ?? Infinity, options.sweepSeconds) * 1000;
    }
    if (ready.size === 0 || performance.now() - lookedAt >= LOOK_EVERY_MS) {
      lookedAt = performance.now();
      for (const tenant of await queue.due(names)) ready.add(tenant);
      // Due, and claimed by another process: its end, or the end of its lease, will tell.
      if (ready.size === 0) return LOOK_EVERY_MS;
    }
    const shares = sharesOf([...ready], concurrency - runs.size, concurrency, (tenant) => running.get(tenant) ?? 0);
    if (shares.length === 0) return leaseSeconds * 1000;
    // Those that get places go to the end of the line, before the claim: what is dispatched during it adds them again.
    for (const { tenant } of shares) ready.delete(tenant);
    const items = await queue.claim(names, shares, leaseSeconds);
    const claimed = new Map<string, number>();
    for (const item of items) {
      claimed.set(item.tenant, (claimed.get(item.tenant) ?? 0) + 1);
      start(item, signal);
    }
    for (const { tenant, limit } of shares) if ((claimed.get(tenant) ?? 0) >= limit) ready.add(tenant);
    return ready.size === 0 && items.length === 0 ? 1 : 0;
  }

  function start(item: Parameters<Executor['run']>[0], signal: AbortSignal): void {
    const { tenant } = item;
    running.set(tenant, (running.get(tenant) ?? 0) + 1);
    const run = executor.run(item, signal).then((again) => {
      runs.delete(run);
      const rest = (running.get(tenant) ?? 1) - 1;
      if (rest === 0) running.delete(tenant);
      else running.set(tenant, rest);
      if (again === 0) ready.add(tenant);
      due.wake();
    });
    runs.add(run);
  }

  return {
    async run(signal) {
      await Promise.all([sweep(signal), work(signal)]);
    },
    look: due.wake,
    wake(tenant) {
      if (alive !== undefined) followers.stir(tenant, alive);
    },
  };
}
