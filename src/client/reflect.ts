/**
 * A local copy of a collection, kept by list and watch as client-go's reflector does: resumes from the last revision or
 * bookmark, lists again after 410, and outlives an API that is away, keeping what it last knew.
 */
import type { KubeObject } from '../meta/object.ts';
import { StatusError } from '../meta/status-error.ts';
import { Backoff, type BackoffOptions, pause } from './backoff.ts';
import type { ListOptions, ObjectList, ResourceRef, WatchEvent } from './contract.ts';

export interface Change<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The state after; the last known one for DELETED. */
  object: T;
  previous?: T;
}

export interface ReflectSource {
  list<T extends KubeObject>(resource: ResourceRef<T>, options?: ListOptions): Promise<ObjectList<T>>;
  watch<T extends KubeObject>(
    resource: ResourceRef<T>,
    options: ListOptions & { resourceVersion: string; timeoutSeconds?: number },
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
}

export interface ReflectOptions<T extends KubeObject> extends ListOptions {
  /** What was known before, for example from a disk: served until the first list, which then tells the differences. */
  initial?: readonly T[];
  onChange?: (change: Change<T>) => void;
  /** After each list, once its differences have been told. */
  onList?: () => void;
  /** Each failed attempt, before it is waited for and tried again. */
  onError?: (error: unknown) => void;
  backoff?: BackoffOptions;
  /** Milliseconds that a watch must last before the next failure counts as a first one. */
  healthyAfter?: number;
}

export interface Reflection<T> {
  /** By "namespace/name" ("/name" for cluster-scoped resources). */
  readonly items: ReadonlyMap<string, T>;
  /** True once a list has succeeded. */
  readonly synced: boolean;
  /** Settles with the first list, or when the signal aborts. */
  readonly ready: Promise<void>;
  /** Settles when the signal has aborted and everything is closed. */
  readonly done: Promise<void>;
}

/** The key of an object in Reflection.items. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export function reflect<T extends KubeObject>(
  source: ReflectSource,
  resource: ResourceRef<T>,
  options: ReflectOptions<T>,
  signal: AbortSignal,
): Reflection<T> {
  const items = new Map<string, T>((options.initial ?? []).map((object) => [keyOf(object), object]));
  const selection: ListOptions = {
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  };
  const backoff = new Backoff(options.backoff);
  const ready = Promise.withResolvers<void>();
  let synced = false;

  function put(object: T): void {
    const key = keyOf(object);
    const previous = items.get(key);
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      // Deleted and created again between two views: both must be told.
      drop(key);
      put(object);
      return;
    }
    if (previous !== undefined && previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    items.set(key, object);
    options.onChange?.(previous === undefined ? { type: 'ADDED', object } : { type: 'MODIFIED', object, previous });
  }

  function drop(key: string, last?: T): void {
    const previous = items.get(key);
    if (previous === undefined) return;
    items.delete(key);
    options.onChange?.({ type: 'DELETED', object: last ?? previous, previous });
  }

  function replace(list: readonly T[]): void {
    const present = new Set(list.map(keyOf));
    for (const key of [...items.keys()]) if (!present.has(key)) drop(key);
    for (const object of list) put(object);
  }

  async function run(): Promise<void> {
    let revision: string | undefined;
    while (!signal.aborted) {
      const started = Date.now();
      try {
        if (revision === undefined) {
          const list = await source.list(resource, selection);
          if (signal.aborted) return;
          replace(list.items);
          revision = list.resourceVersion;
          synced = true;
          ready.resolve();
          options.onList?.();
          backoff.reset();
        }
        // 5 to 10 minutes, as client-go: not all clients come back in the same second.
        const timeoutSeconds = Math.round(300 * (1 + Math.random()));
        const watchOptions = { ...selection, resourceVersion: revision, timeoutSeconds };
        for await (const event of source.watch(resource, watchOptions, signal)) {
          if (event.type === 'DELETED') drop(keyOf(event.object), event.object);
          else if (event.type !== 'BOOKMARK') put(event.object);
          revision = event.object.metadata.resourceVersion ?? revision;
        }
        if (Date.now() - started >= (options.healthyAfter ?? 5_000)) backoff.reset();
        else await pause(backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof StatusError && error.code === 410) revision = undefined;
        options.onError?.(error);
        if (Date.now() - started >= (options.healthyAfter ?? 5_000)) backoff.reset();
        const retryAfter = error instanceof StatusError ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0;
        await pause(Math.max(backoff.next(), Math.min(retryAfter, 60_000)), signal);
      }
    }
  }

  const done = run().finally(() => ready.resolve());
  return {
    items,
    get synced() {
      return synced;
    },
    ready: ready.promise,
    done,
  };
}
