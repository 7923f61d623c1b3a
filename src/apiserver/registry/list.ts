import { StatusError } from '../../meta/status-error.ts';
import { type ListOptions, parseResourceVersion } from '../request/options.ts';
import type { ListQuery, StoredObject } from '../storage/contract.ts';
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

/**
 * A list of one resource, in the semantics of upstream's resourceVersion, resourceVersionMatch, limit and continue. Every
 * page of a limited list shows the first page's revision. Throws 410 with an inconsistent continue token when that
 * revision is compacted.
 */
export async function list(
  deps: RegistryDeps,
  scope: Scope,
  options: Pick<
    ListOptions,
    'labelSelector' | 'fieldSelector' | 'resourceVersion' | 'resourceVersionMatch' | 'limit' | 'continue'
  >,
): Promise<Listing> {
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

  const listing = await answer(deps, scope, selection, query);
  if (minimum !== undefined && minimum > listing.revision) throw new RevisionAheadError(minimum, listing.revision);
  return listing;
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

async function answer(deps: RegistryDeps, scope: Scope, selection: Selection, query: ListQuery): Promise<Listing> {
  try {
    const result = await deps.store.list(scope.tenant, query);
    const selected = selection.labels.length + selection.fields.length + selection.key.length > 0;
    return {
      revision: result.revision,
      items: selection.key.length === 0 ? result.items : result.items.filter((each) => selectsKey(selection, each)),
      ...(result.next === undefined
        ? {}
        : { continue: encodeContinue({ revision: result.revision, after: result.next }) }),
      ...(result.remaining === undefined || selected ? {} : { remainingItemCount: result.remaining }),
    };
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
