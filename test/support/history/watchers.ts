/** Clients that follow a selection: from a list, or from initial events, on; over any number of watches; anew after 410. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Caller, isAway } from './caller.ts';
import { collectionPath, versionOf } from './objects.ts';
import type { Random } from './random.ts';
import type { Listing, Segment, Selection, Version, WatchItem } from './record.ts';

export interface WatcherSpec {
  name: string;
  selection: Selection;
  /** Asks for bookmarks and goes on from them. */
  bookmarks: boolean;
  /** Gets the first state as initial events, in place of a list. */
  initial: boolean;
  /** In all namespaces. */
  everywhere: boolean;
}

export const WATCHERS: readonly WatcherSpec[] = (
  [
    ['all configmaps', { resource: 'configmaps' }, ''],
    ['all configmaps with bookmarks', { resource: 'configmaps' }, 'bookmarks'],
    ['all leases', { resource: 'leases' }, ''],
    ['all leases with bookmarks', { resource: 'leases' }, 'bookmarks'],
    ['red configmaps', { resource: 'configmaps', color: 'red' }, ''],
    ['blue leases from initial events', { resource: 'leases', color: 'blue' }, 'bookmarks initial'],
    ['one configmap', { resource: 'configmaps', name: 'key-1' }, 'bookmarks'],
    ['coloured configmaps everywhere', { resource: 'configmaps', colored: true }, 'bookmarks initial everywhere'],
  ] as [string, Selection, string][]
).map(([name, selection, flags]) => ({
  name,
  selection,
  bookmarks: flags.includes('bookmarks'),
  initial: flags.includes('initial'),
  everywhere: flags.includes('everywhere'),
}));

export interface WatcherLog {
  segments: Segment[];
  lists: Listing[];
  oddities: string[];
  /** Answers of 200 to a watch. */
  watches: number;
  /** Answers of 410 and events of 410. */
  expired: number;
}

/** Longer without a word, while others write, a watch is taken for dead. */
const SILENCE_MS = 4_000;

export function parametersOf(selection: Selection): Record<string, string> {
  return {
    ...(selection.name === undefined ? {} : { fieldSelector: `metadata.name=${selection.name}` }),
    ...(selection.color === undefined ? {} : { labelSelector: `color=${selection.color}` }),
    ...(selection.colored === true ? { labelSelector: 'color' } : {}),
  };
}

class Expired extends Error {}

/** Runs until `signal` aborts; `progress` says up to which revision it has got. */
export function runWatcher(
  caller: Caller,
  { name, selection, ...spec }: WatcherSpec,
  { random, log, tenant }: { random: Random; log: WatcherLog; tenant: string },
  signal: AbortSignal,
): { ended: Promise<void>; progress(): number } {
  let through = 0;
  const path = collectionPath(selection.resource, spec.everywhere);
  const parameters = parametersOf(selection);

  /** Lists, as a client that begins does. */
  async function begin(): Promise<{ from: number; items: WatchItem[] }> {
    const answer = await caller.insist('GET', `${path}?${new URLSearchParams(parameters)}`);
    if (answer.status !== 200) throw new Error(`list: ${answer.status}`);
    const revision = Number(answer.body.metadata.resourceVersion);
    record(
      answer,
      revision,
      answer.body.items.map((item: unknown) => versionOf(selection.resource, item)),
    );
    return { from: revision, items: [] };
  }

  function record(times: { started: number; ended: number }, revision: number, items: Version[]): void {
    const { started, ended } = times;
    log.lists.push({ selection, revisions: [revision], items, started, ended });
  }

  /** One watch, to its end. Without a position it wants the initial events, which it records as a list. */
  async function follow(state: { from: number | undefined; items: WatchItem[] }): Promise<void> {
    const started = performance.now();
    const abort = new AbortController();
    const end = () => abort.abort();
    signal.addEventListener('abort', end);
    let silence = setTimeout(end, SILENCE_MS);
    try {
      const query = new URLSearchParams({
        ...parameters,
        watch: 'true',
        timeoutSeconds: String(random.between(2, 20)),
        ...(spec.bookmarks ? { allowWatchBookmarks: 'true' } : {}),
        ...(state.from === undefined
          ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
          : { resourceVersion: String(through) }),
      });
      const response = await caller.open(`${path}?${query}`, abort.signal);
      if (response.status !== 200) return refused(response.status, await response.text());
      log.watches++;
      const initial: Version[] = [];
      for await (const line of linesOf(response.body!)) {
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS);
        const at = performance.now();
        const { type, object } = JSON.parse(line);
        if (type === 'ERROR') return refused(object.code, line);
        if (type === 'BOOKMARK') {
          const revision = Number(object.metadata.resourceVersion);
          const isInitialEnd = object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
          if (state.from === undefined) {
            if (!isInitialEnd) continue;
            state.from = revision;
            record({ started, ended: at }, revision, initial);
          }
          through = revision;
          state.items.push({ type, revision, at });
        } else if (state.from === undefined) {
          initial.push(versionOf(selection.resource, object));
        } else {
          const version = versionOf(selection.resource, object);
          through = version.revision;
          state.items.push({ type, at, ...version });
        }
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
    }
  }

  function refused(status: number, text: string): void {
    if (status === 410) throw new Expired();
    if (isAway(status) && !text.includes('Too large resource version')) caller.turn();
    else log.oddities.push(`watch of ${name}: ${status} ${text}`);
  }

  async function run(): Promise<void> {
    let state: { from: number | undefined; items: WatchItem[] } | undefined;
    const close = (last: boolean) => {
      if (state?.from === undefined) return;
      const { from, items } = state;
      log.segments.push({ watcher: `${tenant}: ${name}`, selection, from, items, last });
    };
    while (!signal.aborted) {
      try {
        if (state === undefined) {
          state = spec.initial ? { from: undefined, items: [] } : await begin();
          through = state.from ?? 0;
        }
        await follow(state);
      } catch (error) {
        if (error instanceof Expired) {
          log.expired++;
          close(false);
          state = undefined;
        } else {
          caller.turn();
        }
      }
      if (!signal.aborted) await sleep(random.between(0, 150));
    }
    close(true);
  }

  return { ended: run(), progress: () => through };
}

/** Whole lines; what a cut leaves of one is nobody's. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}
