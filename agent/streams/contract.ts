/** What an agent's streams are served with. */

import type { Pod } from '../../src/client/resources.ts';
import type { MessageSocket, StreamRequest } from '../../src/tunnel/contract.ts';
import type { Runtime } from '../runtime/contract.ts';

export interface StreamContext {
  runtime: Runtime;
  /** Those of this node, as they were last heard of. */
  pods(): Pod[];
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** One stream that was asked for. */
export interface Stream {
  /** Says that it is served; until then a StatusError that is thrown is the answer. `protocol`: of a WebSocket. */
  accept(protocol?: string): MessageSocket;
  /** Aborts when the other side has gone. */
  signal: AbortSignal;
}

/** Settles when the stream has ended, upon which its socket is closed; what it throws is told as far as can be. */
export type ServeStream<R extends StreamRequest = StreamRequest> = (
  context: StreamContext,
  request: R,
  stream: Stream,
) => Promise<void>;
