import type { Dispatcher } from './dispatcher.ts';
import type { Executor } from './executor.ts';
import type { DrainLease, WorkQueue } from './queue.ts';
import { sharesOf } from './shares.ts';

export interface DrainResult {
  /** Nothing is due. False when the budget was used up before. */
  idle: boolean;
  /** When the next key is due, if any is waiting. */
  nextRunAt?: Date;
}

/** A drain that dies leaves its lease behind: the price of one death is a pause of this length. */
const LEASE_SECONDS = 10;
/** A key that is due this soon is waited for rather than left to the next drain. */
const WAIT_MS = 2000;

export function createDrain(options: {
  queue: WorkQueue;
  dispatcher: Dispatcher;
  executor: Executor;
  names: readonly string[];
  concurrency: number;
  leaseSeconds: number;
}): (tenant: string | undefined, budgetMs: number) => Promise<DrainResult> {
  const { queue, dispatcher, executor, names, concurrency, leaseSeconds } = options;

  async function dispatch(tenant: string | undefined): Promise<void> {
    for (const each of tenant === undefined ? await queue.behind() : [tenant]) await dispatcher.catchUp(each);
  }

  /** Runs due keys until there are none. False when the deadline came first; a key in hand is always finished. */
  async function runDue(tenant: string | undefined, deadline: number): Promise<boolean> {
    const signal = new AbortController().signal;
    while (Date.now() < deadline) {
      const due = tenant === undefined ? await queue.due(names) : [tenant];
      const items = await queue.claim(names, sharesOf(due, concurrency), leaseSeconds);
      if (items.length === 0) return true;
      await Promise.all(items.map((item) => executor.run(item, signal)));
      // The keys' own writes are changes that concern other keys.
      await dispatch(tenant);
    }
    return false;
  }

  /** True when nothing is due any more, which for one tenant is proven in the statement that ends the lease. */
  async function runAll(tenant: string | undefined, deadline: number): Promise<boolean> {
    let lease: DrainLease | undefined;
    if (tenant !== undefined) {
      lease = await queue.beginDrain(tenant, LEASE_SECONDS);
      if (lease === undefined) return true;
    }
    try {
      do {
        await dispatch(tenant);
        if (!(await runDue(tenant, deadline))) return false;
      } while (lease !== undefined && !(await queue.endDrain(lease, names, LEASE_SECONDS)));
      lease = undefined;
      return true;
    } finally {
      if (lease !== undefined) await queue.abandonDrain(lease);
    }
  }

  return async (tenant, budgetMs) => {
    const deadline = Date.now() + budgetMs;
    for (;;) {
      const idle = await runAll(tenant, deadline);
      await executor.idle();
      const seconds = await queue.secondsToNext(names, tenant);
      if (seconds === undefined) return { idle };
      const wait = Math.max(seconds * 1000, 0);
      const nextRunAt = new Date(Date.now() + wait);
      if (!idle || wait > WAIT_MS || nextRunAt.getTime() >= deadline) return { idle, nextRunAt };
      // The lease is not held while waiting, so that new work is not turned away to a sleeper.
      await new Promise((resolve) => setTimeout(resolve, wait + 1));
    }
  };
}
