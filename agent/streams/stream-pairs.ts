/** The streams of a port-forward: of each request id one for errors and one for data, in this order or the other. */
import { guarded } from '../../src/meta/guard.ts';
import type { SpdyStream } from '../spdy/connection.ts';

/** Milliseconds between the first of a pair and its other; upstream's. */
const PAIR_MS = 30_000;
const MAX_PORT = 65_535;

export type OnPair = (port: number, data: SpdyStream, error: SpdyStream) => void;

/** Returns what takes each new stream. One that has no port, no kind or a pair already is reset. */
export function acceptPairs(onPair: OnPair): (stream: SpdyStream) => void {
  const waiting = new Map<string, { type: string; stream: SpdyStream; timer: ReturnType<typeof setTimeout> }>();
  return (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    const text = stream.headers.get('port') ?? '';
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if ((type !== 'data' && type !== 'error') || port < 1 || port > MAX_PORT) return stream.reset();
    // Clients before 1.3 name no request: their streams come in pairs, one after the other.
    const id = stream.headers.get('requestid') ?? `port ${port}`;
    const other = waiting.get(id);
    if (other === undefined) {
      const timer = setTimeout(
        guarded('stream pair', () => {
          waiting.delete(id);
          stream.reset();
        }),
        PAIR_MS,
      );
      waiting.set(id, { type, stream, timer });
      stream.onEnd((reset) => {
        if (!reset || waiting.get(id)?.stream !== stream) return;
        clearTimeout(timer);
        waiting.delete(id);
      });
      return;
    }
    if (other.type === type) return stream.reset();
    clearTimeout(other.timer);
    waiting.delete(id);
    if (type === 'data') onPair(port, stream, other.stream);
    else onPair(port, other.stream, stream);
  };
}
