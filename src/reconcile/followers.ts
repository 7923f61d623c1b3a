/** Readers of the change feeds of those tenants in which something happens. */
import type { ChangeFeed } from '../apiserver/storage/contract.ts';
import { TenantNotFoundError } from '../apiserver/storage/errors.ts';
import { guarded } from '../meta/guard.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Log } from './log.ts';
import { createPace } from './pace.ts';
import { sleep } from './wait.ts';

export const OUTAGE_MS = 500;
/** A tenant that is silent for so long is read no more until it stirs. Far longer than an answer of the database. */
const SILENT_MS = 30_000;
/** Tenants that catch up at once: after a release all of them may have to. */
const CATCHING_UP = 8;
/**
 * A dispatch and the claim behind it take four statements, whether they bring one change or hundreds: with a client that
 * creates one pod after the other, they took more of both processes' CPU than the creations.
 */
const DISPATCH_EVERY_MS = 20;
const DISPATCH_BURST = 5;

export interface Followers {
  /** Something happened in this tenant, or may have. */
  stir(tenant: string, signal: AbortSignal): void;
  /** Resolves when no reader is left; to be called after `signal` has aborted. */
  ended(): Promise<void>;
}

interface Follower {
  stirredAt: number;
  end: Promise<void>;
}

export function createFollowers(options: {
  /** Absent: a tenant that stirs is caught up with once. */
  feed: ChangeFeed | undefined;
  dispatcher: Dispatcher;
  /** Keys of the tenant may have become due. */
  onDispatched(tenant: string): void;
  log: Log;
  silentMs?: number;
}): Followers {
  const { feed, dispatcher, onDispatched, log, silentMs = SILENT_MS } = options;
  const followers = new Map<string, Follower>();
  let places = CATCHING_UP;
  const waiting: (() => void)[] = [];

  async function catchUp(tenant: string): Promise<number> {
    if (places > 0) places--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const cursor = await dispatcher.catchUp(tenant);
      onDispatched(tenant);
      return cursor;
    } finally {
      const next = waiting.shift();
      if (next === undefined) places++;
      else next();
    }
  }

  /** Dispatches the tenant's changes as its feed brings them, until it has been silent or `signal` aborts. */
  async function read(source: ChangeFeed, tenant: string, follower: Follower, signal: AbortSignal): Promise<void> {
    const pace = createPace(DISPATCH_EVERY_MS, DISPATCH_BURST);
    const stop = new AbortController();
    const abort = guarded('feed abort', () => stop.abort());
    signal.addEventListener('abort', abort);
    const silence = setInterval(
      guarded('feed silence', () => {
        if (performance.now() - follower.stirredAt >= silentMs) abort();
      }),
      silentMs / 4,
    );
    try {
      let cursor = await catchUp(tenant);
      for await (const batch of source.after(tenant, cursor, stop.signal)) {
        follower.stirredAt = performance.now();
        if (batch.through <= cursor) continue;
        cursor = await dispatcher.dispatch(tenant, cursor, batch);
        onDispatched(tenant);
        const pause = pace.take(performance.now());
        if (pause > 0) await sleep(pause, stop.signal);
      }
    } finally {
      clearInterval(silence);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Begins again after an outage or an expired cursor. False when there is no such tenant. */
  async function follow(tenant: string, follower: Follower, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        const { stirredAt } = follower;
        if (feed !== undefined) await read(feed, tenant, follower, signal);
        else await catchUp(tenant);
        if (feed !== undefined || follower.stirredAt === stirredAt) return true;
        continue;
      } catch (error) {
        if (error instanceof TenantNotFoundError) return false;
        if (!signal.aborted) log.warn('the change feed ended and is followed again', { tenant, error });
      }
      await sleep(OUTAGE_MS, signal);
    }
    return true;
  }

  function stir(tenant: string, signal: AbortSignal): void {
    const present = followers.get(tenant);
    if (present !== undefined) {
      present.stirredAt = performance.now();
      return;
    }
    if (signal.aborted) return;
    const follower: Follower = { stirredAt: performance.now(), end: Promise.resolve() };
    followers.set(tenant, follower);
    follower.end = follow(tenant, follower, signal).then((exists) => {
      followers.delete(tenant);
      // It may have stirred while its reader was ending.
      if (exists && feed !== undefined && performance.now() - follower.stirredAt < silentMs) stir(tenant, signal);
    });
  }

  return {
    stir,
    async ended() {
      while (followers.size > 0) await Promise.all([...followers.values()].map((each) => each.end));
    },
  };
}
