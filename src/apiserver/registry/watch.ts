import { type ListOptions, parseResourceVersion } from '../request/options.ts';
import type { Change, ChangeType, FeedBatch, StoredObject } from '../storage/contract.ts';
import { RevisionAheadError } from '../storage/errors.ts';
import type { RegistryDeps, Scope } from './context.ts';
import { selectionQuery } from './list.ts';
import { parseSelection, type Selection, selectsKey, selectsState } from './selection.ts';
import { storedResource } from './stored-form.ts';

/** One event as a watcher sees it: the state it shows, at the revision of the change. */
export interface WatchedEvent {
  type: ChangeType;
  state: Pick<StoredObject, 'body' | 'revision'>;
  /** The change it comes from, the same object for all watchers of a process; absent for initial events. */
  change?: Change;
}

/** Events in order; everything through that revision has been delivered. */
export interface WatchBatch {
  events: readonly WatchedEvent[];
  through: number;
  /** Set on the one batch that ends the initial events. */
  initialEnd?: true;
}

/** Objects read, and sent, at a time for the initial events of a watch. */
const PAGE = { limit: 250, maxBytes: 1024 * 1024 };
/** While others wait for something small. */
const CROWDED_PAGE = { limit: 50, maxBytes: 64 * 1024 };

/**
 * Starts a watch: first the current state as ADDED events where the options ask for it, then changes. Errors that are
 * known at the start are thrown here; `around` surrounds each read of the current state,
 * which is of few objects while it is `crowded`; RevisionExpiredError and UnavailableError may come from the iteration.
 */
export async function watch(
  deps: RegistryDeps,
  scope: Scope,
  options: ListOptions,
  signal: AbortSignal,
  around: <T>(read: () => Promise<T>) => Promise<T> = (read) => read(),
  crowded: () => boolean = () => false,
): Promise<AsyncGenerator<WatchBatch, void>> {
  const selection = parseSelection(scope.definition, options.labelSelector, options.fieldSelector);
  const asked = parseResourceVersion(options.resourceVersion) ?? 0;
  const initial = options.sendInitialEvents ?? asked === 0;
  if (!initial) {
    const current = await deps.store.revision(scope.tenant);
    if (asked > current) throw new RevisionAheadError(asked, current);
    return changes(deps, scope, selection, asked === 0 ? current : asked, signal);
  }
  const query = {
    ...selectionQuery(scope, selection),
    counted: false as const,
    signal,
  };
  const page = () => (crowded() ? CROWDED_PAGE : PAGE);
  const first = await around(() => deps.store.list(scope.tenant, { ...query, ...page() }));
  if (asked > first.revision) throw new RevisionAheadError(asked, first.revision);

  async function* run(): AsyncGenerator<WatchBatch, void> {
    const { revision } = first;
    let read = first;
    for (;;) {
      const ended = read.next === undefined;
      const events = read.items.filter((item) => selectsKey(selection, item)).map(added);
      yield { events, through: revision, ...(ended ? { initialEnd: true as const } : {}) };
      if (read.next === undefined) break;
      const after = read.next;
      read = await around(() => deps.store.list(scope.tenant, { ...query, ...page(), after, atRevision: revision }));
    }
    yield* changes(deps, scope, selection, revision, signal);
  }
  return run();
}

function added(state: StoredObject): WatchedEvent {
  return { type: 'ADDED', state };
}

async function* changes(
  deps: RegistryDeps,
  scope: Scope,
  selection: Selection,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<WatchBatch, void> {
  const resource = storedResource(scope.definition);
  for await (const batch of deps.feed.after(scope.tenant, after, signal)) {
    yield { events: eventsOf(batch, resource, scope.namespace, selection), through: batch.through };
  }
}

const NONE: readonly WatchedEvent[] = [];

function eventsOf(
  batch: FeedBatch,
  resource: string,
  namespace: string,
  selection: Selection,
): readonly WatchedEvent[] {
  let events: WatchedEvent[] | undefined; // Most batches have nothing for most watchers.
  for (const change of batch.changes) {
    if (change.resource !== resource || (namespace !== '' && change.namespace !== namespace)) continue;
    if (!selectsKey(selection, change)) continue;
    const event = eventOf(change, selection);
    if (event === undefined) continue;
    if (events === undefined) events = [event];
    else events.push(event);
  }
  return events ?? NONE;
}

/** An object that begins or ceases to match a selector appears as ADDED or DELETED. */
function eventOf(change: Change, selection: Selection): WatchedEvent | undefined {
  const { current, previous } = change;
  const selects = (state: Change['current']) => selectsState(selection, state);
  if (change.type === 'ADDED') return selects(current) ? { type: 'ADDED', state: current, change } : undefined;
  const before = selects(previous ?? current);
  if (change.type === 'DELETED') return before ? { type: 'DELETED', state: current, change } : undefined;
  const now = selects(current);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', state: current, change };
  if (!before || previous === undefined) return undefined;
  return { type: 'DELETED', state: { body: previous.body, revision: change.revision }, change };
}
