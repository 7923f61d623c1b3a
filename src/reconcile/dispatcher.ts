/** Turns the change log into work: reads changes after the tenant's cursor, maps them to keys, advances the cursor. */
import type { Change, Store } from '../apiserver/storage/contract.ts';
import { RevisionExpiredError } from '../apiserver/storage/errors.ts';
import type { Controller } from './contract.ts';
import type { Log } from './log.ts';
import { observe } from './observe.ts';
import type { WorkKey, WorkQueue } from './queue.ts';

const PAGE = 500;

export interface Dispatcher {
  /** Dispatches everything committed before the call. Returns the cursor. Several callers at once do no harm. */
  catchUp(tenant: string): Promise<number>;
  /** Dispatches a batch that holds all changes after `from`. Returns the cursor, which may be beyond the batch. */
  dispatch(tenant: string, from: number, batch: { changes: readonly Change[]; through: number }): Promise<number>;
}

export function createDispatcher(options: {
  queue: WorkQueue;
  store: Store;
  controllers: readonly Controller[];
  /** Of each controller: another number when what is already there has to be looked at again. */
  identity(controller: Controller): number;
  log: Log;
}): Dispatcher {
  const { queue, store, controllers, identity, log } = options;
  const all = watchersOf(controllers);

  function keysOf(changes: readonly Change[], watchers = all): WorkKey[] {
    const unique = new Map<string, WorkKey>();
    for (const change of changes) {
      const observed = observe(change);
      for (const controller of watchers(change.resource)) {
        for (const key of keysOfOne(controller, observed)) {
          unique.set(`${controller.name} ${key}`, { controller: controller.name, key });
        }
      }
    }
    return [...unique.values()];
  }

  /** One object that a controller cannot map must not stop the changes behind it. */
  function keysOfOne(controller: Controller, observed: ReturnType<typeof observe>): string[] {
    try {
      return controller.keys(observed);
    } catch (error) {
      const { resource, namespace, name } = observed;
      log.error('a change could not be mapped to keys', {
        controller: controller.name,
        resource,
        namespace,
        name,
        error,
      });
      return [];
    }
  }

  /** Every object that these controllers watch counts as just added. */
  async function enqueueAll(tenant: string, watchers: Watchers): Promise<void> {
    for (const resource of await queue.resources(tenant)) {
      if (watchers(resource).length === 0) continue;
      let after: { namespace: string; name: string } | undefined;
      do {
        const page = await store.list(tenant, { resource, limit: PAGE, ...(after === undefined ? {} : { after }) });
        const added = page.items.map((item): Change => {
          return { ...item, type: 'ADDED', current: { ...item, labels: {}, fields: {} } };
        });
        await queue.enqueue(tenant, keysOf(added, watchers));
        after = page.next;
      } while (after !== undefined);
    }
  }

  /** The cursor is where the log was before the first list. */
  async function resync(tenant: string, from: number | undefined): Promise<number> {
    const through = await store.revision(tenant);
    await enqueueAll(tenant, all);
    return moved(tenant, from, through);
  }

  /**
   * The first cursor of this set of controllers. Where another release came to, only those that it did not know look at
   * everything; what changed since then is for all.
   */
  async function begin(tenant: string): Promise<number> {
    const before = await queue.predecessor(tenant);
    if (before === undefined) return resync(tenant, undefined);
    const seen = new Set(before.seen);
    const unknown = controllers.filter((controller) => !seen.has(identity(controller)));
    if (unknown.length > 0) await enqueueAll(tenant, watchersOf(unknown));
    return moved(tenant, undefined, before.revision);
  }

  /** Where the cursor is now: at `through`, unless somebody else moved it first. */
  async function moved(tenant: string, from: number | undefined, through: number): Promise<number> {
    return (await queue.advance(tenant, from, through, [])) ? through : ((await queue.cursor(tenant)) ?? through);
  }

  return {
    async catchUp(tenant) {
      let cursor = (await queue.cursor(tenant)) ?? (await begin(tenant));
      for (;;) {
        const page = await store.changes(tenant, cursor, PAGE).catch((error: unknown) => {
          if (error instanceof RevisionExpiredError) return undefined;
          throw error;
        });
        if (page === undefined) {
          cursor = await resync(tenant, cursor);
          continue;
        }
        if (page.through > cursor) cursor = await this.dispatch(tenant, cursor, page);
        if (page.changes.length < PAGE) return cursor;
      }
    },

    async dispatch(tenant, from, batch) {
      let cursor = from;
      while (cursor < batch.through) {
        const keys = keysOf(batch.changes.filter((change) => change.revision > cursor));
        if (await queue.advance(tenant, cursor, batch.through, keys)) return batch.through;
        cursor = (await queue.cursor(tenant)) ?? batch.through;
      }
      return cursor;
    },
  };
}

type Watchers = (resource: string) => readonly Controller[];

function watchersOf(controllers: readonly Controller[]): Watchers {
  const groups = new Map<string, Controller[]>();
  for (const controller of controllers) {
    for (const resource of controller.watches) {
      groups.set(resource, [...(groups.get(resource) ?? []), controller]);
    }
  }
  return (resource) => [...(groups.get(resource) ?? []), ...(groups.get('*') ?? [])];
}
