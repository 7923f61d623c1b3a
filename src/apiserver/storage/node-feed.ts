/**
 * The change feed of a resident process: one reader a tenant fills a ring, which serves all of the process's watchers.
 * Readers are woken by the process's own commits at once, by other processes' notifications, and by a slow safety poll,
 * without which a lost notification would go unnoticed. A tenant that nobody watches costs nothing.
 */
import { guarded } from '../../meta/guard.ts';
import { ChangeRing, type RingLimits } from './change-ring.ts';
import type { ChangeFeed, FeedBatch, Store } from './contract.ts';
import { RevisionAheadError, RevisionExpiredError } from './errors.ts';
import { type Patience, patiently } from './patience.ts';

/** How processes tell each other of commits. Lost or doubled messages do no harm. */
export interface WakeUps {
  /** Tells the other processes, soon. */
  publish(tenant: string): void;
  /** Calls back for other processes' commits; without a tenant when any may have been missed (reconnected). */
  subscribe(onWake: (tenant: string | undefined) => void): void;
}

export interface NodeFeedOptions {
  wakeUps?: WakeUps;
  /** Default 30 with wake-ups, 1 without. */
  safetyPollSeconds?: number;
  /** Kept in memory for each watched tenant. Default 10,000 changes and 16 Mi characters. */
  limits?: RingLimits;
  /** How long an absent database is waited for. Default 30. */
  patienceSeconds?: number;
}

export interface NodeFeed extends ChangeFeed {
  /** To be called after each commit of this process: wakes its own watchers and tells other processes. */
  committed(tenant: string): void;
  close(): void;
}

const PAGE = 500;

export function createNodeFeed(store: Pick<Store, 'changes' | 'revision'>, options: NodeFeedOptions = {}): NodeFeed {
  const limits = options.limits ?? { maxChanges: 10_000, maxSize: 16 * 1024 * 1024 };
  const patience = { seconds: options.patienceSeconds ?? 30 };
  const pollSeconds = options.safetyPollSeconds ?? (options.wakeUps === undefined ? 1 : 30);
  const readers = new Map<string, TenantReader>();
  const listeners = new Set<(tenant: string | undefined) => void>();
  let poll: ReturnType<typeof setInterval> | undefined;

  function acquire(tenant: string): TenantReader {
    let reader = readers.get(tenant);
    if (reader === undefined) {
      reader = new TenantReader(store, tenant, limits, patience);
      readers.set(tenant, reader);
    }
    reader.users++;
    poll ??= setInterval(guarded('feed poll', wakeAll), pollSeconds * 1000);
    return reader;
  }

  function release(reader: TenantReader): void {
    if (--reader.users > 0) return;
    readers.delete(reader.tenant);
    if (readers.size === 0) stopPolling();
  }

  function stopPolling(): void {
    clearInterval(poll);
    poll = undefined;
  }

  function wakeAll(): void {
    for (const reader of readers.values()) reader.wake();
  }

  function wake(tenant: string): void {
    readers.get(tenant)?.wake();
    for (const listener of listeners) listener(tenant);
  }

  options.wakeUps?.subscribe((tenant) => {
    if (tenant !== undefined) return wake(tenant);
    wakeAll();
    for (const listener of listeners) listener(undefined);
  });

  return {
    wake,
    onWake(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    committed(tenant) {
      wake(tenant);
      options.wakeUps?.publish(tenant);
    },
    async *after(tenant, revision, signal) {
      const reader = acquire(tenant);
      try {
        yield* reader.after(revision, signal);
      } finally {
        release(reader);
      }
    },
    close: stopPolling,
  };
}

/** Reads one tenant's log for all who follow it. */
class TenantReader {
  readonly tenant: string;
  users = 0;
  readonly #store: Pick<Store, 'changes' | 'revision'>;
  readonly #limits: RingLimits;
  readonly #patience: Patience;
  #ring: Promise<ChangeRing> | undefined;
  #reading = false;
  #wokenAgain = false;
  /** Settled when the ring has grown, or when the database stays away. */
  #grown = Promise.withResolvers<void>();

  constructor(store: Pick<Store, 'changes' | 'revision'>, tenant: string, limits: RingLimits, patience: Patience) {
    this.#store = store;
    this.tenant = tenant;
    this.#limits = limits;
    this.#patience = patience;
    this.#grown.promise.catch(() => {});
  }

  async *after(revision: number, signal: AbortSignal): AsyncIterable<FeedBatch> {
    let position = revision;
    while (!signal.aborted) {
      const ring = await this.#open();
      if (position > ring.through) {
        await this.#expectReached(position);
        const grown = this.#grown.promise;
        this.wake();
        if (position > ring.through) await untilAborted(grown, signal);
        continue;
      }
      const batch = position < ring.floor ? await this.#fromDatabase(position) : ring.read(position, PAGE);
      if (batch === undefined) {
        await untilAborted(this.#grown.promise, signal);
        continue;
      }
      position = batch.through;
      yield batch;
    }
  }

  wake(): void {
    if (this.#reading) {
      this.#wokenAgain = true;
      return;
    }
    this.#reading = true;
    void this.#readAll();
  }

  /** Everything new goes to the ring; failures go to whoever waits. */
  async #readAll(): Promise<void> {
    try {
      do {
        this.#wokenAgain = false;
        const ring = await this.#open();
        let page: FeedBatch;
        do {
          page = await this.#fromDatabase(ring.through);
          if (page.through > ring.through) {
            ring.append(page);
            this.#settle((grown) => grown.resolve());
          }
        } while (page.changes.length === PAGE && this.users > 0);
      } while (this.#wokenAgain && this.users > 0);
    } catch (error) {
      // A ring that fell behind retention is begun anew; its readers learn of the gap from the database.
      if (error instanceof RevisionExpiredError) this.#ring = undefined;
      this.#settle((grown) => (error instanceof RevisionExpiredError ? grown.resolve() : grown.reject(error)));
    } finally {
      this.#reading = false;
    }
  }

  #settle(how: (grown: PromiseWithResolvers<void>) => void): void {
    const grown = this.#grown;
    this.#grown = Promise.withResolvers();
    this.#grown.promise.catch(() => {});
    how(grown);
  }

  #open(): Promise<ChangeRing> {
    this.#ring ??= patiently(this.#patience, () => this.#store.revision(this.tenant)).then(
      (revision) => new ChangeRing(revision, this.#limits),
      (error) => {
        this.#ring = undefined;
        throw error;
      },
    );
    return this.#ring;
  }

  #fromDatabase(after: number): Promise<FeedBatch> {
    return patiently(this.#patience, () => this.#store.changes(this.tenant, after, PAGE));
  }

  async #expectReached(revision: number): Promise<void> {
    const newest = await patiently(this.#patience, () => this.#store.revision(this.tenant));
    if (newest < revision) throw new RevisionAheadError(revision, newest);
  }
}

/** Resolves on abort, too; leaves no listener behind. */
function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = guarded('feed abort', () => {
      signal.removeEventListener('abort', done);
      resolve();
    });
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', done);
    promise.then(done, (error) => {
      signal.removeEventListener('abort', done);
      reject(error);
    });
  });
}
