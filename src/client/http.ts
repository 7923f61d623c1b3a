/** The Kubernetes API over HTTP, for whatever runs outside the control plane's process. Portable: fetch and streams. */
import { apiVersionOf, groupResource, type KubeObject } from '../meta/object.ts';
import { type Status, StatusError } from '../meta/status-error.ts';
import type { Client, DeleteOptions, ListOptions, ObjectList, PatchType, ResourceRef, WatchEvent } from './contract.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import { readWatch } from './watch.ts';

export { Backoff, pause } from './backoff.ts';
export { type Change, type Reflection, reflect } from './reflect.ts';

export interface HttpClientOptions {
  /** Scheme, host and port, with the tenant's path prefix if there is one: `https://127.0.0.1:6443/t/acme`. */
  server: string;
  /** Bearer token; a function is asked before every request, so that a renewed token is picked up. */
  token: string | (() => string);
  /** The global fetch when absent. */
  fetch?: Transport;
  userAgent?: string;
  /** Milliseconds after which a request (never a watch) fails as 504; 30 s when absent. */
  timeout?: number;
}

export interface WatchOptions extends ListOptions {
  /** Changes after this revision. Required: a watch without one is a list in disguise. */
  resourceVersion: string;
  /** Seconds after which the server ends the watch. */
  timeoutSeconds?: number;
}

export interface HttpClient extends Client {
  /**
   * Events after `resourceVersion`, with bookmarks, until the server ends the watch or the signal aborts (both end the
   * iteration). Throws StatusError for an error response and for an ERROR event (410 Expired: list again).
   */
  watch<T extends KubeObject>(
    resource: ResourceRef<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
}

const PATCH_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** Longest a watch may stay silent past its own end before the connection is taken for dead. */
const WATCH_GRACE_MS = 30_000;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const server = options.server.replace(/\/+$/, '');
  const send: Transport = options.fetch ?? ((url, request) => fetch(url, request));
  const timeout = options.timeout ?? 30_000;

  function headers(contentType?: string): Record<string, string> {
    const token = typeof options.token === 'function' ? options.token() : options.token;
    return {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    };
  }

  async function request<T>(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<T> {
    const init: TransportRequest = {
      method,
      headers: headers(body === undefined ? undefined : contentType),
      signal: AbortSignal.timeout(timeout),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await reach(() => send(server + path, init));
    const text = await reach(() => response.text());
    if (response.status >= 400) throw errorOf(response, text);
    return JSON.parse(text) as T;
  }

  const client: HttpClient = {
    get: (resource, namespace, name) => request('GET', pathOf(resource, namespace, name)),
    async find(resource, namespace, name) {
      try {
        return await client.get(resource, namespace, name);
      } catch (error) {
        if (error instanceof StatusError && error.code === 404) return undefined;
        throw error;
      }
    },
    async list<T extends KubeObject>(resource: ResourceRef<T>, listOptions: ListOptions = {}): Promise<ObjectList<T>> {
      const query = selectorQuery(listOptions);
      const items: T[] = [];
      // Pages keep both ends' memory bounded; all pages are of the first one's revision.
      query.set('limit', '500');
      for (;;) {
        const page = await request<{ metadata: { resourceVersion: string; continue?: string }; items: T[] | null }>(
          'GET',
          `${pathOf(resource, listOptions.namespace ?? '')}?${query}`,
        );
        // Items of a list carry neither apiVersion nor kind.
        for (const item of page.items ?? []) items.push(typed(resource, item));
        if (!page.metadata.continue) return { items, resourceVersion: page.metadata.resourceVersion };
        query.set('continue', page.metadata.continue);
      }
    },
    create: (resource, object) =>
      request('POST', pathOf(resource, object.metadata.namespace ?? ''), typed(resource, object)),
    update: (resource, object) => request('PUT', pathOfObject(resource, object), typed(resource, object)),
    updateStatus: (resource, object) =>
      request('PUT', `${pathOfObject(resource, object)}/status`, typed(resource, object)),
    patch: (resource, namespace, name, type, patch, subresource) =>
      request(
        'PATCH',
        pathOf(resource, namespace, name) + (subresource ? `/${subresource}` : ''),
        patch,
        PATCH_TYPES[type],
      ),
    async delete(resource, namespace, name, deleteOptions: DeleteOptions = {}) {
      await request('DELETE', pathOf(resource, namespace, name), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...deleteOptions,
      });
    },
    createSubresource: (resource, namespace, name, subresource, body) =>
      request('POST', `${pathOf(resource, namespace, name)}/${subresource}`, body),
    updateSubresource: (resource, subresource, object) =>
      request('PUT', `${pathOfObject(resource, object)}/${subresource}`, typed(resource, object)),
    async *watch<T extends KubeObject>(resource: ResourceRef<T>, watchOptions: WatchOptions, signal: AbortSignal) {
      const seconds = watchOptions.timeoutSeconds ?? 300;
      const query = selectorQuery(watchOptions);
      query.set('watch', 'true');
      query.set('allowWatchBookmarks', 'true');
      query.set('resourceVersion', watchOptions.resourceVersion);
      query.set('timeoutSeconds', String(seconds));
      const dead = AbortSignal.timeout(seconds * 1000 + WATCH_GRACE_MS);
      const both = AbortSignal.any([signal, dead]);
      try {
        const response = await reach(() =>
          send(`${server}${pathOf(resource, watchOptions.namespace ?? '')}?${query}`, {
            method: 'GET',
            headers: headers(),
            signal: both,
          }),
        );
        if (response.status >= 400) throw errorOf(response, await response.text());
        if (response.body !== null) yield* readWatch<T>(response.body, both);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
  return client;
}

/** `/api/v1/namespaces/default/pods/web`; without a name the collection, without a namespace that of all namespaces. */
export function pathOf(resource: ResourceRef<KubeObject>, namespace: string, name?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

function pathOfObject(resource: ResourceRef<KubeObject>, object: KubeObject): string {
  if (!object.metadata.name)
    throw StatusError.badRequest(`${groupResource(resource.group, resource.resource)}: no name`);
  return pathOf(resource, object.metadata.namespace ?? '', object.metadata.name);
}

function typed<T extends KubeObject>(resource: ResourceRef<T>, object: T): T {
  return { ...object, apiVersion: apiVersionOf(resource.group, resource.version), kind: resource.kind };
}

function selectorQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector) query.set('labelSelector', options.labelSelector);
  if (options.fieldSelector) query.set('fieldSelector', options.fieldSelector);
  return query;
}

/** Turns whatever a transport throws into the StatusError that callers handle: the server cannot be reached. */
async function reach<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof StatusError) throw error;
    if (error instanceof Error && error.name === 'TimeoutError') throw StatusError.timeout('no answer from the server');
    throw StatusError.serviceUnavailable(`cannot reach the server: ${describe(error)}`, 1, error);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch hides the reason (ECONNREFUSED, an untrusted certificate, …) in the cause.
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The StatusError of an error response: its Status body, or one made up from what a proxy in between said. */
function errorOf(response: TransportResponse, text: string): StatusError {
  try {
    const body = JSON.parse(text) as Status;
    if (body.kind === 'Status') return StatusError.from({ ...body, code: body.code ?? response.status });
  } catch {
    // Not JSON: not from an API server.
  }
  const message = `the server answered ${response.status}: ${text.slice(0, 200)}`;
  const retryAfter = Number(response.headers.get('retry-after') ?? 1);
  if (response.status === 503) return StatusError.serviceUnavailable(message, retryAfter);
  if (response.status === 429) return StatusError.tooManyRequests(message, retryAfter);
  return new StatusError(response.status, response.status === 404 ? 'NotFound' : 'InternalError', message);
}
