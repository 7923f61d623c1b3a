/** Ends answers that cannot go on: what is half sent must not look whole. */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

type Outgoing = ServerResponse | Http2ServerResponse;

export interface Cuts {
  remember(request: Request, outgoing: Outgoing): void;
  /** Ends the HTTP/2 stream, or the connection of HTTP/1.1. false: not one of this server's. */
  cut(request: Request): boolean;
}

export function createCuts(): Cuts {
  const answers = new WeakMap<Request, Outgoing>();
  return {
    remember: (request, outgoing) => void answers.set(request, outgoing),
    cut(request) {
      const outgoing = answers.get(request);
      outgoing?.destroy();
      return outgoing !== undefined;
    },
  };
}
