/** Makes responses: one place for headers, output forms and errors. */
import { parseOwnJson } from '../../meta/json.ts';
import { type Status, StatusError } from '../../meta/status-error.ts';
import { yamlText } from '../../meta/yaml-text.ts';
import type { Answer } from '../registry/context.ts';
import type { Listing, ListPage } from '../registry/list.ts';
import { parseStored, renderStored } from '../registry/stored-form.ts';
import { negotiate, type OutputForm, wantsPretty } from '../request/negotiate.ts';
import { RevisionAheadError, RevisionExpiredError, TenantNotFoundError, UnavailableError } from '../storage/errors.ts';
import { listForm } from './list-forms.ts';
import { isLong, streamList } from './list-stream.ts';
import { partialMetadata } from './partial-metadata.ts';
import type { ApiRequest, ResourceRequest } from './request.ts';
import { tableOf } from './table.ts';
import { warningHeaders } from './warnings.ts';

/** The form this request wants its answer in. Throws 406. */
export function outputForm(request: ApiRequest, stream = false): OutputForm {
  const { headers } = request.raw;
  return negotiate(headers.get('accept'), wantsPretty(request.query.get('pretty'), headers.get('user-agent')), stream);
}

export function responseHeaders(request: ApiRequest, contentType: string): [string, string][] {
  const headers: [string, string][] = [
    ['content-type', contentType],
    ['audit-id', request.id],
    ['cache-control', 'no-cache, private'],
  ];
  for (const value of warningHeaders(request.warnings)) headers.push(['warning', value]);
  return headers;
}

function respondText(request: ApiRequest, form: OutputForm, code: number, json: string): Response {
  if (form.media === 'yaml') {
    // Readers go by YAML 1.1 (client-go does, too): there `yes` is a boolean and a bare date is a date.
    return new Response(yamlText(parseOwnJson(json)), {
      status: code,
      headers: responseHeaders(request, 'application/yaml'),
    });
  }
  // Every document ends with its line, as Go's encoder ends them.
  request.work?.answered(json.length);
  const body = form.pretty ? JSON.stringify(parseOwnJson(json), null, 2) : json;
  return new Response(`${body}\n`, { status: code, headers: responseHeaders(request, 'application/json') });
}

/** Any JSON value, in the negotiated media type (transforms such as Table do not apply). */
export function respondValue(request: ApiRequest, value: unknown, code = 200): Response {
  return respondText(request, outputForm(request), code, JSON.stringify(value));
}

/** One object in the form asked for: spliced from stored text, as PartialObjectMetadata, or as a Table. */
export function respondObject(
  request: ResourceRequest,
  answer: Answer,
  code = 200,
  form = outputForm(request),
): Response {
  const { definition, stored } = answer;
  switch (form.as?.kind) {
    case undefined:
      return respondText(request, form, code, renderStored(definition, stored));
    case 'Table': {
      const object = parseStored(definition, stored);
      const metadata = { resourceVersion: object.metadata.resourceVersion };
      const table = tableOf(definition, [object], metadata, form.as.version, request.query, request.deps.now());
      return respondText(request, form, code, JSON.stringify(table));
    }
    case 'PartialObjectMetadata': {
      const partial = partialMetadata(parseStored(definition, stored), form.as.version);
      return respondText(request, form, code, JSON.stringify(partial));
    }
    case 'PartialObjectMetadataList':
      throw StatusError.notAcceptable(['application/json', 'application/yaml']);
  }
}

/** A list in the form asked for. */
export function respondList(request: ResourceRequest, listing: Listing, form = outputForm(request)): Response {
  const { head, items, tail } = listForm(request, { ...form, media: 'json', pretty: false });
  const text = `${head(listMetadata(listing))}${items(listing.items, true)}${tail(undefined)}`;
  return respondText(request, form, 200, text.trimEnd());
}

/**
 * A list that is read as it is sent, when it is long. `limited`: the client asked for a part. `sent` is told how many items
 * there were when all have been sent.
 */
export function respondPages(
  request: ResourceRequest,
  first: ListPage,
  limited: boolean,
  form: OutputForm,
  sent: (count: number) => void,
): Response {
  if (first.next === undefined && !isLong(first.items)) {
    sent(first.items.length);
    return respondList(request, first, form);
  }
  const { raw, work } = request;
  const pieces = listForm(request, form);
  const release = work?.keep();
  const stream = streamList({
    first,
    form: pieces,
    metadata: listMetadata,
    early: !limited || first.next === undefined,
    signal: work?.signal ?? raw.signal,
    stallMs: work?.stallMs ?? Number.POSITIVE_INFINITY,
    room: () => work?.room ?? 'idle',
    pace: async (signal) => work?.pace(signal),
    answered: (bytes) => work?.answered(bytes),
    paused: () => release?.(),
    cut() {
      request.cut?.();
      return request.cut !== undefined;
    },
    ended(count) {
      release?.();
      if (count !== undefined) sent(count);
    },
  });
  return new Response(stream, { headers: responseHeaders(request, pieces.contentType) });
}

function listMetadata(listing: Listing): object {
  return {
    resourceVersion: String(listing.revision),
    ...(listing.continue === undefined ? {} : { continue: listing.continue }),
    ...(listing.remainingItemCount === undefined ? {} : { remainingItemCount: listing.remainingItemCount }),
  };
}

/** The Status of any error: the one place where storage errors get their code. */
export function statusErrorOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof UnavailableError) {
    return StatusError.serviceUnavailable('the store is currently unavailable, please try again', 1, error);
  }
  if (error instanceof RevisionExpiredError) return StatusError.expired(error.message);
  if (error instanceof RevisionAheadError) return tooLargeResourceVersion(error);
  if (error instanceof TenantNotFoundError) return new StatusError(404, 'NotFound', error.message);
  return StatusError.internal(error instanceof Error ? error.message : String(error), error);
}

function tooLargeResourceVersion(error: RevisionAheadError): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: ${error.message}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Renders an error as a Status. Never throws: when no form is acceptable, the Status is JSON. */
export function respondError(request: ApiRequest, error: StatusError): Response {
  let form: OutputForm;
  try {
    form = outputForm(request);
  } catch {
    form = { media: 'json', pretty: false };
  }
  const response = respondText(request, form, error.code, JSON.stringify(error.status));
  const retryAfter = error.status.details?.retryAfterSeconds;
  if (retryAfter !== undefined && retryAfter > 0) response.headers.set('retry-after', String(retryAfter));
  return response;
}

/** `Status: Success`, as deletes answer when the object is gone. */
export function successStatus(details?: Status['details']): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details === undefined ? {} : { details }),
  };
}
