/**
 * Gathers the concurrent writes of a tenant in one process into one call, while the call before it is under way. One
 * writer a tenant and process is enough: on 2 cores creates come to 1.0k/s one by one, 4.2k/s in calls of 16 and 5k/s in
 * calls of 64; two writers in flight only wait for each other at the tenant's lock (4.3k/s in calls of 16).
 */
import type { Store, Write, WriteOutcome } from './contract.ts';
import { UnavailableError } from './errors.ts';

export interface GroupCommitOptions {
  /** Writes in one call at most; the lock is held as long. Default 64. */
  maxBatch?: number;
  /** Characters of bodies in one call at most (one caller's array is never split). Default 4 Mi. */
  maxBodies?: number;
  /** Called after each commit that changed something, before the writers hear of it. */
  onCommit?(tenant: string): void;
}

interface Waiting {
  writes: readonly Write[];
  resolve(outcomes: WriteOutcome[]): void;
  reject(error: unknown): void;
}

const MAX_BATCH = 64;
const MAX_BODIES = 4 * 1024 * 1024;

/** The store with its `write` gathered. Each caller gets the outcomes of its own writes, in order. */
export function withGroupCommit(store: Store, options: GroupCommitOptions = {}): Store {
  /** Per tenant with a call under way: who waits for the next. */
  const queues = new Map<string, Waiting[]>();

  async function drain(tenant: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      await commit(store, tenant, takeBatch(queue, options), options);
    }
    queues.delete(tenant);
  }

  return {
    write(tenant, writes) {
      return new Promise((resolve, reject) => {
        const waiting = { writes, resolve, reject };
        const queue = queues.get(tenant);
        if (queue !== undefined) {
          queue.push(waiting);
          return;
        }
        const fresh = [waiting];
        queues.set(tenant, fresh);
        void drain(tenant, fresh);
      });
    },
    get: (tenant, key) => store.get(tenant, key),
    list: (tenant, query) => store.list(tenant, query),
    changes: (tenant, after, limit, resources) => store.changes(tenant, after, limit, resources),
    revision: (tenant) => store.revision(tenant),
    dependents: (tenant, ownerUid) => store.dependents(tenant, ownerUid),
    inNamespace: (tenant, namespace, limit) => store.inNamespace(tenant, namespace, limit),
    compact: (now) => store.compact(now),
  };
}

function takeBatch(queue: Waiting[], { maxBatch = MAX_BATCH, maxBodies = MAX_BODIES }: GroupCommitOptions): Waiting[] {
  let count = 0;
  let writes = 0;
  let bodies = 0;
  for (const waiting of queue) {
    writes += waiting.writes.length;
    for (const write of waiting.writes) bodies += write.op === 'delete' ? 0 : write.body.length;
    if (count > 0 && (writes > maxBatch || bodies > maxBodies)) break;
    count++;
  }
  return queue.splice(0, count);
}

/** Never throws: every caller in the batch is answered. */
async function commit(store: Store, tenant: string, batch: Waiting[], options: GroupCommitOptions): Promise<void> {
  try {
    const all = batch.flatMap((waiting) => waiting.writes);
    const outcomes = await store.write(tenant, all);
    if (outcomes.some((outcome, index) => madeRevision(outcome, all[index]!))) options.onCommit?.(tenant);
    let from = 0;
    for (const { writes, resolve } of batch) {
      resolve(outcomes.slice(from, from + writes.length));
      from += writes.length;
    }
  } catch (error) {
    if (batch.length === 1 || error instanceof UnavailableError) {
      for (const { reject } of batch) reject(error);
      return;
    }
    // The database refused a value in one of them and undid the call. The others must not pay for it.
    for (const waiting of batch) await commit(store, tenant, [waiting], options);
  }
}

/** A Lease's renewal is answered with the revision that the Lease has already: nobody need be woken. */
function madeRevision(outcome: WriteOutcome, write: Write): boolean {
  return outcome.result === 'ok' && (write.op === 'create' || outcome.revision !== write.expectedRevision);
}
