import { StatusError } from '../../meta/status-error.ts';
import { type ListOptions, parseResourceVersion } from '../request/options.ts';
import type { Room } from '../request/room.ts';
import type { ListQuery, ListResult, StoredObject } from '../storage/contract.ts';
import { RevisionAheadError, RevisionExpiredError } from '../storage/errors.ts';
import type { RegistryDeps, Scope } from './context.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { parseSelection, pinned, type Selection, selectsKey } from './selection.ts';
import { storedResource } from './stored-form.ts';

export interface Listing {
  revision: number;
  items: StoredObject[];
  /** Set when there are more items. */
  continue?: string;
  remainingItemCount?: number;
}

type Options = Pick<
  ListOptions,
  'labelSelector' | 'fieldSelector' | 'resourceVersion' | 'resourceVersionMatch' | 'limit' | 'continue'
>;

interface Planned {
  selection: Selection;
  query: ListQuery;
  /** A resourceVersion that must have been reached. */
  minimum: number | undefined;
}

/**
 * A list of one resource, in the semantics of upstream's resourceVersion, resourceVersionMatch, limit and continue. Every
 * page of a limited list shows the first page's revision. Throws 410 with an inconsistent continue token when that
 * revision is compacted.
 */
export async function list(deps: RegistryDeps, scope: Scope, options: Options): Promise<Listing> {
  const { selection, query, minimum } = plan(scope, options);
  const listing = listingOf(selection, await answer(deps, scope, query));
  if (minimum !== undefined && minimum > listing.revision) throw new RevisionAheadError(minimum, listing.revision);
  return listing;
}

/** A part of a list that is read as it is sent. */
export interface ListPage extends Listing {
  /** Reads what comes behind it; absent on the last page, which alone has `continue` and `remainingItemCount`. */
  next?(): Promise<ListPage>;
  /** Reads again what comes behind its first `taken` items, the last of which has this key. Holds none of the items. */
  reread(taken: number, last: Key | undefined): Promise<ListPage>;
}

type Key = NonNullable<ListQuery['after']>;

/** Items of a page, and bytes of their bodies. 500 is what upstream's clients ask for. */
const PAGE = { limit: 500, maxBytes: 1024 * 1024 };
/** While nobody else waits: 6,500 pods are then read in four statements in place of thirteen. */
const IDLE_PAGE = { limit: 2_000, maxBytes: 4 * 1024 * 1024 };
/** While others wait for something small: what one page's rows take of the thread. */
const CROWDED_PAGE = { limit: 100, maxBytes: 128 * 1024 };

/**
 * As `list`, a page at a time, all at the first one's revision. `around` surrounds each read of the store; `signal` ends
 * it; pages are as long as there is `room`. Later pages throw RevisionExpiredError when their reader takes longer than changes are kept.
 */
export async function listPages(
  deps: RegistryDeps,
  scope: Scope,
  options: Options,
  around: <T>(read: () => Promise<T>) => Promise<T>,
  signal: AbortSignal,
  room: () => Room = () => 'idle',
): Promise<ListPage> {
  const { selection, query, minimum } = plan(scope, options);

  async function page(
    after: Key | undefined,
    left: number | undefined,
    revision: number | undefined,
  ): Promise<ListPage> {
    const { limit: most, maxBytes } = pageIn(room());
    const limit = Math.min(left ?? most, most);
    const result = await around(() =>
      answer(deps, scope, {
        ...query,
        limit,
        maxBytes,
        // What remains is counted once, behind the last item that was asked for.
        ...(left === limit ? {} : { counted: false as const }),
        ...(after === undefined ? {} : { after }),
        ...(revision === undefined ? {} : { atRevision: revision }),
        signal,
      }),
    );
    // The functions must not refer to the result, or who keeps one of them keeps the items.
    const { next, revision: at } = result;
    const rest = left === undefined ? undefined : left - result.items.length;
    const reread: ListPage['reread'] = (taken, last) =>
      page(last ?? after, left === undefined ? undefined : left - taken, at);
    if (next === undefined || rest === 0) return { ...listingOf(selection, result), reread };
    const { items } = listingOf(selection, { revision: at, items: result.items });
    return { revision: at, items, next: () => page(next, rest, at), reread };
  }

  const first = await page(query.after, query.limit, query.atRevision);
  if (minimum !== undefined && minimum > first.revision) throw new RevisionAheadError(minimum, first.revision);
  return first;
}

function pageIn(room: Room): typeof PAGE {
  if (room === 'idle') return IDLE_PAGE;
  return room === 'shared' ? PAGE : CROWDED_PAGE;
}

function plan(scope: Scope, options: Options): Planned {
  const selection = parseSelection(scope.definition, options.labelSelector, options.fieldSelector);
  const query = selectionQuery(scope, selection);
  if (options.limit > 0) query.limit = options.limit;

  const minimum = parseResourceVersion(options.resourceVersion);
  if (options.continue !== '') {
    if (minimum !== undefined && minimum !== 0) {
      throw StatusError.badRequest('specifying resource version is not allowed when using continue');
    }
    const token = decodeContinue(options.continue);
    query.after = token.after;
    if (token.revision !== undefined) query.atRevision = token.revision;
  } else if (minimum !== undefined && minimum > 0) {
    // A limit with a bare resourceVersion is exact too (upstream's legacy rule).
    const exact =
      options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
    if (exact) query.atRevision = minimum;
  }
  return { selection, query, minimum };
}

/** Where in the store the selection looks. */
export function selectionQuery(scope: Scope, selection: Selection): ListQuery {
  const namespace = scope.namespace === '' ? pinned(selection, 'metadata.namespace') : scope.namespace;
  return {
    resource: storedResource(scope.definition),
    ...(namespace === undefined || !scope.definition.namespaced ? {} : { namespace }),
    ...(selection.labels.length === 0 ? {} : { labels: selection.labels }),
    ...(selection.fields.length + selection.key.length === 0
      ? {}
      : { fields: [...selection.key, ...selection.fields] }),
  };
}

function listingOf(selection: Selection, result: ListResult): Listing {
  const selected = selection.labels.length + selection.fields.length + selection.key.length > 0;
  return {
    revision: result.revision,
    items: selection.key.length === 0 ? result.items : result.items.filter((each) => selectsKey(selection, each)),
    ...(result.next === undefined
      ? {}
      : { continue: encodeContinue({ revision: result.revision, after: result.next }) }),
    ...(result.remaining === undefined || selected ? {} : { remainingItemCount: result.remaining }),
  };
}

async function answer(deps: RegistryDeps, scope: Scope, query: ListQuery): Promise<ListResult> {
  try {
    return await deps.store.list(scope.tenant, query);
  } catch (error) {
    if (!(error instanceof RevisionExpiredError)) throw error;
    if (query.after === undefined) {
      throw StatusError.expired('The resourceVersion for the provided list is too old.');
    }
    throw StatusError.expired(CONTINUE_EXPIRED, encodeContinue({ after: query.after }));
  }
}

const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';
