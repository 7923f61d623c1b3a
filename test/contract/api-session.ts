/** A client of an API under test: requests with the body parsed, watches event by event. */
import type { Transport, TransportResponse } from '../../src/client/transport.ts';

export interface RequestOptions {
  /** Sent as JSON, or as it is when it is text. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Instead of the session's; '' sends none. */
  token?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
export interface Reply<T = any> {
  status: number;
  headers: TransportResponse['headers'];
  text: string;
  /** The parsed body; undefined when it is not JSON. */
  body: T;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
export type Event = { type: string; object: any };

export interface Watch {
  /** The next event; undefined at the end of the stream. */
  next(): Promise<Event | undefined>;
  /** The next event that is no bookmark and fits; throws at the end of the stream. */
  find(fits: (event: Event) => boolean): Promise<Event>;
  /** Ends the watch from the client's side. */
  cancel(): Promise<void>;
}

export interface Session {
  /** `request('POST', '/api/v1/namespaces', {body})`. */
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** As `request`; throws unless the status is 2xx. Returns the body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  expectOk(method: string, path: string, body?: unknown): Promise<any>;
  watch(path: string): Promise<Watch>;
}

/** `server` is the URL of the API without a slash at its end. */
export function createSession(send: Transport, server: string, token: string): Session {
  function headersOf(options: RequestOptions): Record<string, string> {
    const bearer = options.token ?? token;
    return {
      ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
  }

  const session: Session = {
    async request(method, path, options = {}) {
      const { body } = options;
      const response = await send(server + path, {
        method,
        headers: headersOf(options),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
      return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
    },

    async expectOk(method, path, body) {
      const reply = await session.request(method, path, body === undefined ? {} : { body });
      if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
      return reply.body;
    },

    async watch(path) {
      const response = await send(server + path, { method: 'GET', headers: headersOf({}) });
      if (response.status !== 200) throw new Error(`watch ${path}: ${response.status} ${await response.text()}`);
      return readEvents(response.body!);
    },
  };
  return session;
}

function readEvents(body: ReadableStream<Uint8Array>): Watch {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  const watch: Watch = {
    async next() {
      for (;;) {
        const end = buffer.indexOf('\n');
        if (end !== -1) {
          const line = buffer.slice(0, end);
          buffer = buffer.slice(end + 1);
          return JSON.parse(line) as Event;
        }
        const { done, value } = await reader.read();
        if (done && buffer !== '') throw new Error(`the stream ended inside an event: ${buffer}`);
        if (done) return undefined;
        buffer += decoder.decode(value, { stream: true });
      }
    },
    async find(fits) {
      for (;;) {
        const event = await watch.next();
        if (event === undefined) throw new Error('the watch ended first');
        if (event.type !== 'BOOKMARK' && fits(event)) return event;
      }
    },
    cancel: () => reader.cancel(),
  };
  return watch;
}
