/** A watch as a chunked response: one JSON line an event, bookmarks, and an end that clients resume from. */

import { guarded } from '../../meta/guard.ts';
import { apiVersionOf } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import { parseStored, renderStored } from '../registry/stored-form.ts';
import { type WatchBatch, type WatchedEvent, watch } from '../registry/watch.ts';
import type { OutputForm } from '../request/negotiate.ts';
import { parseListOptions } from '../request/options.ts';
import type { Change } from '../storage/contract.ts';
import { ServedDefinition } from '../surface/end.ts';
import { pagesOf } from './pages.ts';
import { partialMetadata } from './partial-metadata.ts';
import type { ResourceRequest } from './request.ts';
import { outputForm, responseHeaders, statusErrorOf } from './respond.ts';
import { lines, streamOverSocket } from './socket-stream.ts';
import { tableOf } from './table.ts';

/** About each minute, as upstream. */
const BOOKMARK_MS = 60_000;
/** Upstream's --min-request-timeout; a watch lives between this and twice as long when the client does not say. */
const MIN_TIMEOUT_SECONDS = 1800;

const encoder = new TextEncoder();

export async function handleWatch(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request, true);
  const options = parseListOptions(request.query, true, request.info);
  // Upstream's watches take any one subprotocol, and choose between none.
  if ((request.upgrade?.protocols.length ?? 0) > 1) throw StatusError.badRequest('a watch takes one subprotocol');
  const abort = new AbortController();
  const batches = await watch(
    request.deps,
    request.scope,
    options,
    abort.signal,
    pagesOf(request, abort.signal),
    () => request.work?.room === 'crowded',
  );
  const events = eventEncoder(request, form);
  const stream = watchStream({
    batches,
    abort,
    encode: events.encode,
    // Upstream sends the bookmark that ends the initial events only to clients that take bookmarks.
    bookmark: options.allowWatchBookmarks ? events.bookmark : undefined,
    initialEnd: options.sendInitialEvents === true,
    failure: (error) => frame('ERROR', JSON.stringify(statusErrorOf(error).status)),
    milliseconds: lifetime(request, options.timeoutSeconds) * 1000,
    whileServed: (gone) => new ServedDefinition(request.surface, request.definition, gone),
    signal: request.raw.signal,
    ended: request.work?.longRunning(),
    answered: (bytes) => request.work?.answered(bytes),
  });
  // Upstream's watches are text whatever the subprotocol.
  if (request.upgrade !== undefined) {
    const [protocol] = request.upgrade.protocols;
    return streamOverSocket(request.upgrade, protocol, stream, lines);
  }
  return new Response(stream, { headers: responseHeaders(request, 'application/json') });
}

/** Seconds this watch may live. */
function lifetime(request: ResourceRequest, asked: number | undefined): number {
  const chosen = asked !== undefined && asked > 0 ? asked : MIN_TIMEOUT_SECONDS * (1 + Math.random());
  return Math.min(chosen, request.deps.watchSeconds ?? chosen);
}

function frame(type: string, object: string): Uint8Array {
  return encoder.encode(`{"type":"${type}","object":${object}}\n`);
}

interface EventEncoder {
  encode(event: WatchedEvent): Uint8Array;
  bookmark(revision: number, initialEnd: boolean): Uint8Array;
}

/** Frames of plain JSON are made once a change and shared by all watchers of the process. */
const shared = new WeakMap<Change, Map<string, Uint8Array>>();

function sharedFrame(definition: ResourceDefinition, event: WatchedEvent): Uint8Array {
  const { change } = event;
  if (change === undefined) return frame(event.type, renderStored(definition, event.state));
  let frames = shared.get(change);
  if (frames === undefined) {
    frames = new Map();
    shared.set(change, frames);
  }
  const key = `${definition.group}/${definition.version}/${event.type}`;
  let bytes = frames.get(key);
  if (bytes === undefined) {
    bytes = frame(event.type, renderStored(definition, event.state));
    frames.set(key, bytes);
  }
  return bytes;
}

function eventEncoder(request: ResourceRequest, form: OutputForm): EventEncoder {
  const { definition, query, deps } = request;
  const apiVersion = apiVersionOf(definition.group, definition.version);
  const bookmarkOf = (revision: number, initialEnd: boolean) => ({
    kind: definition.kind,
    apiVersion,
    metadata: {
      resourceVersion: String(revision),
      ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  });
  if (form.as === undefined) {
    return {
      encode: (event) => sharedFrame(definition, event),
      bookmark: (revision, initialEnd) => frame('BOOKMARK', JSON.stringify(bookmarkOf(revision, initialEnd))),
    };
  }
  const { kind, version } = form.as;
  if (kind !== 'Table') {
    return {
      encode: (event) =>
        frame(event.type, JSON.stringify(partialMetadata(parseStored(definition, event.state), version))),
      bookmark: (revision, initialEnd) =>
        frame('BOOKMARK', JSON.stringify(partialMetadata(bookmarkOf(revision, initialEnd), version))),
    };
  }
  let headers = true;
  return {
    encode(event) {
      const object = parseStored(definition, event.state);
      const metadata = { resourceVersion: object.metadata.resourceVersion };
      const table = tableOf(definition, [object], metadata, version, query, deps.now(), headers);
      headers = false;
      return frame(event.type, JSON.stringify(table));
    },
    bookmark(revision, initialEnd) {
      const object = bookmarkOf(revision, initialEnd);
      const table = {
        kind: 'Table',
        apiVersion: `meta.k8s.io/${version}`,
        metadata: { resourceVersion: String(revision) },
        columnDefinitions: [],
        rows: [{ cells: [], object: partialMetadata(object, version) }],
      };
      return frame('BOOKMARK', JSON.stringify(table));
    },
  };
}

interface WatchStream {
  batches: AsyncGenerator<WatchBatch, void>;
  abort: AbortController;
  encode(event: WatchedEvent): Uint8Array;
  /** undefined when the client did not ask for bookmarks. */
  bookmark: ((revision: number, initialEnd: boolean) => Uint8Array) | undefined;
  /** The client waits for the bookmark that ends the initial events. */
  initialEnd: boolean;
  failure(error: unknown): Uint8Array;
  milliseconds: number;
  /** A watch ends when its kind is served no more as it was; upstream ends those of a CustomResourceDefinition that changes. */
  whileServed(gone: () => void): ServedDefinition;
  signal: AbortSignal;
  /** Called once. */
  ended: (() => void) | undefined;
  /** So many bytes of events were made. */
  answered(bytes: number): void;
}

type Outcome = { result: IteratorResult<WatchBatch, void> } | { error: unknown };

/**
 * The stream reads a batch only when the client has taken the one before, so that nothing but one batch is ever
 * buffered: a slow client is served from the change log later, and one that takes nothing at all for a bookmark interval
 * is closed. An end is always clean: clients go on from the last revision they saw.
 */
function watchStream(watch: WatchStream): ReadableStream<Uint8Array> {
  const deadline = Date.now() + watch.milliseconds;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** A batch was asked for and has not come. */
  let requested = false;
  /** What came while nobody waited. */
  let ready: Outcome | undefined;
  let wake: ((woken: Outcome | 'alarm') => void) | undefined;
  let through = 0;
  let bookmarked = 0;
  let pulling = false;
  let takenAt = Date.now();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let ended = false;
  let kind: ServedDefinition | undefined;

  const end = guarded('watch end', () => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    watch.ended?.();
    watch.signal.removeEventListener('abort', end);
    kind?.stop();
    watch.abort.abort();
    wake?.('alarm');
    // The generator may be waiting for changes: its end is not awaited, and has nothing left to tell.
    watch.batches.return().catch(() => {});
    try {
      controller.close();
    } catch {
      // The client cancelled first.
    }
  });

  function arm(): void {
    const now = Date.now();
    timer = setTimeout(
      guarded('watch timer', () => {
        if (kind?.served === false) return end();
        const stalled = !pulling && Date.now() - takenAt >= BOOKMARK_MS;
        if (stalled || (!pulling && Date.now() >= deadline)) return end();
        wake?.('alarm');
        if (!ended && Date.now() < deadline) arm();
      }),
      Math.max(0, Math.min(BOOKMARK_MS, deadline - now)),
    );
  }

  function progress(): Uint8Array | undefined {
    if (watch.bookmark === undefined || through === 0 || through === bookmarked) return undefined;
    bookmarked = through;
    return watch.bookmark(through, false);
  }

  function bytesOf(batch: WatchBatch): Uint8Array | undefined {
    through = batch.through;
    const frames = batch.events.map((event) => watch.encode(event));
    if (batch.initialEnd && watch.initialEnd && watch.bookmark !== undefined) {
      bookmarked = through;
      frames.push(watch.bookmark(through, true));
    }
    return frames.length <= 1 ? frames[0] : concatenate(frames);
  }

  function deliver(outcome: Outcome): void {
    requested = false;
    if (wake === undefined) ready = outcome;
    else wake(outcome);
  }

  /** The next batch, or an alarm; a batch that was asked for before an alarm comes later. */
  async function wait(): Promise<Outcome | 'alarm'> {
    if (!requested && ready === undefined) {
      requested = true;
      watch.batches.next().then(
        (result) => deliver({ result }),
        (error: unknown) => deliver({ error }),
      );
    }
    if (ready !== undefined) {
      const outcome = ready;
      ready = undefined;
      return outcome;
    }
    // Not Promise.race: its reactions would pile up on the promise that does not settle.
    const woken = await new Promise<Outcome | 'alarm'>((resolve) => {
      wake = resolve;
    });
    wake = undefined;
    return woken;
  }

  /** The next bytes for the client; undefined at the end of the stream. */
  async function next(): Promise<Uint8Array | undefined> {
    while (!ended) {
      const woken = await wait();
      if (ended || kind?.served === false) return undefined;
      if (woken === 'alarm') {
        const last = Date.now() >= deadline;
        const bytes = progress();
        if (last) {
          if (bytes !== undefined) controller.enqueue(bytes);
          return undefined;
        }
        if (bytes !== undefined) return bytes;
        continue;
      }
      if ('error' in woken) {
        controller.enqueue(watch.failure(woken.error));
        return undefined;
      }
      if (woken.result.done === true) return undefined;
      const bytes = bytesOf(woken.result.value);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  return new ReadableStream<Uint8Array>({
    start(created) {
      controller = created;
      if (watch.signal.aborted) return end();
      watch.signal.addEventListener('abort', end);
      arm();
      kind = watch.whileServed(end);
      if (ended) kind.stop();
    },
    async pull() {
      pulling = true;
      try {
        const bytes = await next();
        if (ended) return;
        if (bytes === undefined) return end();
        watch.answered(bytes.byteLength);
        controller.enqueue(bytes);
      } finally {
        pulling = false;
        takenAt = Date.now();
      }
    },
    cancel: end,
  });
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
