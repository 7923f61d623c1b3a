/**
 * The engine's public face. `drain` is a bounded slice of work for hosts without resident processes; `loop` is the same
 * work, resident, for Node. Both may run at once in any number of processes.
 */
import type { ChangeFeed, Store } from '../apiserver/storage/contract.ts';
import type { Database } from '../db/connection.ts';
import type { Controller } from './contract.ts';
import { createDispatcher } from './dispatcher.ts';
import { createDrain, type DrainResult } from './drain.ts';
import { createEventRecorders } from './events/recorder.ts';
import { type Clients, createExecutor } from './executor.ts';
import { fnv1a } from './hash.ts';
import { consoleLog, type Log } from './log.ts';
import { createLoop } from './loop.ts';
import { createWorkQueue } from './postgres/queue.ts';
import type { WorkKey } from './queue.ts';

export interface RunnerOptions {
  db: Database;
  store: Store;
  /** Wakes `loop`. Without it the loop learns of changes from `wake` and the sweep only. */
  feed?: ChangeFeed;
  controllers: readonly Controller[];
  clients: Clients;
  /** Keys reconciled at once. Default 8. */
  concurrency?: number;
  /** A killed process's keys are due again after this. Default 15. */
  leaseSeconds?: number;
  /** How often the loop looks for what no wake-up announced. Default 30. */
  sweepSeconds?: number;
  log?: Log;
  now?(): Date;
}

export interface Runner {
  /**
   * Dispatches changes and runs due keys of one tenant, or of all, until nothing is left or the budget (milliseconds) is
   * used up. Waits for keys that are due within the budget. `idle`: nothing is due; the next timer is `nextRunAt`.
   */
  drain(tenant: string | undefined, budgetMs: number): Promise<DrainResult>;
  /** Runs until `signal` aborts and the keys in hand are finished. Never throws; outages of the database are waited out. */
  loop(signal: AbortSignal): Promise<void>;
  /** Makes a key due in root and every tenant that has nodes: what all of them have to hear of is the process's, say its address. */
  enqueueEverywhere(work: WorkKey): Promise<void>;
  /** A hint to the loop that the tenant has new changes. */
  wake(tenant: string): void;
}

export function createRunner(options: RunnerOptions): Runner {
  const { db, store, feed, controllers, clients } = options;
  const log = options.log ?? consoleLog;
  const now = options.now ?? (() => new Date());
  const concurrency = options.concurrency ?? 8;
  const leaseSeconds = options.leaseSeconds ?? 15;
  const queue = createWorkQueue(db, cursorName(controllers), controllers.map(identity));
  const dispatcher = createDispatcher({ queue, store, controllers, identity, log });
  const recorder = createEventRecorders(now, log);
  const executor = createExecutor({ queue, controllers, clients, recorder, leaseSeconds, log, now });
  const names = controllers.map((controller) => controller.name);
  const parts = { queue, dispatcher, executor, names, concurrency, leaseSeconds, log };
  const loop = createLoop({ ...parts, feed, sweepSeconds: options.sweepSeconds ?? 30 });
  return {
    drain: createDrain(parts),
    loop: loop.run,
    wake: loop.wake,
    async enqueueEverywhere(work) {
      await queue.enqueueEverywhere(work, 'nodes');
      loop.look();
    },
  };
}

/** Another number for another name, generation or set of watches. */
function identity({ name, generation = '', watches }: Controller): number {
  return fnv1a(`${name}${generation}(${[...watches].sort().join(' ')})`) | 0;
}

/** A cursor stands for the controllers that saw the changes up to it: another set has a cursor of its own. */
function cursorName(controllers: readonly Controller[]): string {
  const identities = controllers.map(identity).sort((a, b) => a - b);
  return `reconcile:${fnv1a(identities.join(' ')).toString(16)}`;
}
