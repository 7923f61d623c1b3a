/**
 * A long list as a stream that reads from the database what its client takes: at most a page and the one after it are in
 * memory, and of a client that pauses no more than the piece it has been given.
 */
import { guarded } from '../../meta/guard.ts';
import type { ListPage } from '../registry/list.ts';
import type { Room } from '../request/room.ts';
import type { StoredObject } from '../storage/contract.ts';
import type { ListForm } from './list-forms.ts';

/**
 * A piece is rendered, encoded and encrypted in one go. In one piece 6,500 pods (14 MB) held up every other request for 50
 * ms, and each such list left up to 80 MB of freed buffers with the process.
 */
const PIECE_ITEMS = 100;
const PIECE_CHARACTERS = 256 * 1024;
/** Of a piece while others wait for something small. */
const CROWDED_CHARACTERS = 64 * 1024;

/** Whether a list is better sent in pieces. */
export function isLong(items: readonly StoredObject[]): boolean {
  return items.length > PIECE_ITEMS || pieceEnd(items, 0) < items.length;
}

function pieceEnd(items: readonly StoredObject[], from: number, most = PIECE_CHARACTERS): number {
  let characters = 0;
  let at = from;
  while (at < items.length && at - from < PIECE_ITEMS && characters < most) {
    characters += items[at]!.body.length;
    at++;
  }
  return at;
}

export interface ListStream {
  first: ListPage;
  form: ListForm;
  /** Of the whole list; known from the last page, which may be the first. */
  metadata(last: ListPage): object;
  /** Whether the metadata is known before the last page. */
  early: boolean;
  signal: AbortSignal;
  /** A client that takes nothing for so long is cut off. */
  stallMs: number;
  /** Whether a page may be read before it is needed, and how long a piece may be. */
  room(): Room;
  pace(signal: AbortSignal): Promise<void>;
  /** So many bytes of the answer were made. */
  answered(bytes: number): void;
  /** The client pauses, and others need not wait for it. May be called again. */
  paused(): void;
  /** Ends the connection: an answer that is not whole must not look so. false: the stream must fail instead. */
  cut(): boolean;
  /** Called once, however it ends; with the number of items when all were sent. */
  ended(count: number | undefined): void;
}

/** How long a client may pause before what was read for it is dropped, to be read again. */
const PAUSE_MS = 2_000;

const encoder = new TextEncoder();

/** The first page is not part of what the stream keeps. */
export function streamList({ first, ...list }: ListStream): ReadableStream<Uint8Array> {
  let page: ListPage | undefined = first;
  let at = 0;
  let ahead: Promise<ListPage> | undefined;
  /** How to read again what was dropped. */
  let again: (() => Promise<ListPage>) | undefined;
  let sent = 0;
  let pulling = false;
  let takenAt = Date.now();
  let begun = false;
  let over = false;
  let stream: ReadableStreamDefaultController<Uint8Array>;

  function end(count?: number): void {
    if (over) return;
    over = true;
    clearInterval(timer);
    list.signal.removeEventListener('abort', stop);
    page = ahead = again = undefined;
    list.ended(count);
  }

  const stop = guarded('list', () => {
    if (over) return;
    end();
    fail(list.signal.reason ?? new Error('the client takes nothing'));
  });

  function fail(error: unknown): void {
    if (!list.cut()) stream.error(error);
  }

  const timer = setInterval(
    guarded('list', () => {
      const paused = pulling ? 0 : Date.now() - takenAt;
      if (paused >= list.stallMs) stop();
      else if (paused >= PAUSE_MS) drop();
    }),
    Math.min(PAUSE_MS, list.stallMs) / 2,
  );

  function drop(): void {
    list.paused();
    if (page === undefined || again !== undefined) return;
    const { items, reread, next } = page;
    if (at < items.length) {
      const taken = at;
      const item = items[at - 1];
      const last = item && { namespace: item.namespace, name: item.name };
      again = () => reread(taken, last);
    } else if (next !== undefined) again = next;
    else return;
    page = ahead = undefined;
  }

  /** The page that has something left, or is the last. */
  async function current(): Promise<ListPage> {
    if (again !== undefined) {
      page = await again();
      again = undefined;
      at = 0;
    }
    while (page !== undefined && at >= page.items.length && page.next !== undefined) {
      page = await (ahead ?? page.next());
      ahead = undefined;
      at = 0;
    }
    return page!;
  }

  async function piece(): Promise<{ text: string; last: boolean; count: number }> {
    const from = await current();
    const until = pieceEnd(from.items, at, list.room() === 'crowded' ? CROWDED_CHARACTERS : PIECE_CHARACTERS);
    const slice = from.items.slice(at, until);
    const last = until >= from.items.length && from.next === undefined;
    if (ahead === undefined && from.next !== undefined && list.room() === 'idle') {
      ahead = from.next();
      ahead.catch(() => {}); // Told when it is asked for.
    }
    let text = begun ? '' : list.form.head(list.early ? list.metadata(from) : undefined);
    begun = true;
    if (slice.length > 0) text += list.form.items(slice, sent === 0);
    if (last) text += list.form.tail(list.early ? undefined : list.metadata(from));
    at = until;
    return { text, last, count: slice.length };
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stream = controller;
        if (list.signal.aborted) stop();
        else list.signal.addEventListener('abort', stop);
      },
      async pull(controller) {
        pulling = true;
        try {
          await list.pace(list.signal);
          if (over) return;
          const { text, last, count } = await piece();
          if (over) return;
          sent += count;
          const bytes = encoder.encode(text);
          list.answered(bytes.byteLength);
          controller.enqueue(bytes);
          if (!last) return;
          controller.close();
          end(sent);
        } catch (error) {
          if (over) return;
          end();
          fail(error);
        } finally {
          pulling = false;
          takenAt = Date.now();
        }
      },
      cancel: () => end(),
    },
    // Nothing is made before it is asked for.
    { highWaterMark: 0 },
  );
}
