/** Runs claimed keys: context, lease, outcome. */
import type { ChangeReader, Client, OwnershipReader } from '../client/contract.ts';
import { guarded } from '../meta/guard.ts';
import { backoffSeconds } from './backoff.ts';
import { type Controller, type EventRecorder, TerminalError } from './contract.ts';
import { createDeferred } from './deferred.ts';
import type { Log } from './log.ts';
import type { Finish, WorkItem, WorkQueue } from './queue.ts';

/** In-process clients, as apiserver/loopback makes them. */
export interface Clients {
  as(tenant: string, user: { name: string; groups: readonly string[] }): Client;
  ownership(tenant: string): OwnershipReader;
  changes(tenant: string): ChangeReader;
}

export interface Executor {
  /**
   * Reconciles one claimed key and finishes it. Never throws. Resolves to the seconds until it, or a key that it
   * enqueued, is due, if any is.
   */
  run(item: WorkItem, signal: AbortSignal): Promise<number | undefined>;
  /** Resolves when no deferred work is left. */
  idle(): Promise<void>;
}

/** A run that lasts this share of its lease extends it. */
const EXTEND_SHARE = 1 / 3;

export function createExecutor(options: {
  queue: WorkQueue;
  controllers: readonly Controller[];
  clients: Clients;
  recorder(tenant: string, client: Client, source: string): EventRecorder;
  leaseSeconds: number;
  log: Log;
  now(): Date;
}): Executor {
  const { queue, clients, leaseSeconds, log, now } = options;
  const deferred = createDeferred(log);
  const controllers = new Map(options.controllers.map((controller) => [controller.name, controller]));

  async function reconcile(
    controller: Controller,
    item: WorkItem,
    signal: AbortSignal,
    onEnqueued: () => void,
  ): Promise<Finish> {
    const { tenant } = item;
    const client = clients.as(tenant, serviceAccount(controller));
    try {
      const result = await controller.reconcile(
        {
          tenant,
          client,
          ownership: clients.ownership(tenant),
          changes: clients.changes(tenant),
          defer: deferred.add,
          events: options.recorder(tenant, client, controller.eventSource ?? controller.name),
          enqueue: async (keys) => {
            await queue.enqueue(
              tenant,
              keys.map((key) => ({ controller: controller.name, key })),
            );
            onEnqueued();
          },
          now,
          signal,
        },
        item.key,
      );
      return result.outcome === 'done' ? { kind: 'done' } : { kind: 'after', seconds: result.seconds };
    } catch (error) {
      if (signal.aborted) return { kind: 'release' };
      const fields = { tenant, controller: controller.name, key: item.key, attempts: item.attempts + 1, error };
      if (error instanceof TerminalError) {
        log.error('reconcile gave up', fields);
        return { kind: 'done' };
      }
      // Conflicts are how optimistic writers take turns; only what does not pass by itself is worth a line.
      if (item.attempts >= 3) log.warn('reconcile failed and will be retried', fields);
      return { kind: 'retry', seconds: backoffSeconds(item.attempts + 1), error: String(error) };
    }
  }

  return {
    idle: deferred.idle,

    async run(item, signal) {
      const controller = controllers.get(item.controller);
      if (controller === undefined) throw new Error(`claimed work of an unknown controller "${item.controller}"`);
      const stop = new AbortController();
      const forward = guarded('work abort', () => stop.abort(signal.reason));
      signal.addEventListener('abort', forward);
      if (signal.aborted) forward();
      const lease = setInterval(
        guarded('claim', () =>
          queue.extend(item, leaseSeconds).then(
            (held) => held || stop.abort(new Error('the claim was lost')),
            (error) => log.warn('a claim could not be extended', { controller: item.controller, key: item.key, error }),
          ),
        ),
        leaseSeconds * EXTEND_SHARE * 1000,
      );
      let enqueued = false;
      try {
        const outcome = await reconcile(controller, item, stop.signal, () => {
          enqueued = true;
        });
        const again = await queue.finish(item, outcome);
        if (again || enqueued || outcome.kind === 'release') return 0;
        return outcome.kind === 'done' ? undefined : outcome.seconds;
      } catch (error) {
        log.error('work could not be finished; it is due again when its lease ends', { ...item, error });
        return leaseSeconds;
      } finally {
        clearInterval(lease);
        signal.removeEventListener('abort', forward);
      }
    },
  };
}

function serviceAccount(controller: Controller): { name: string; groups: readonly string[] } {
  return {
    name: `system:serviceaccount:kube-system:${controller.serviceAccount ?? controller.name}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}
