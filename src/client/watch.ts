/** Reads a watch response: one JSON event a line. */
import { guarded } from '../meta/guard.ts';
import type { KubeObject } from '../meta/object.ts';
import { type Status, StatusError } from '../meta/status-error.ts';
import type { WatchEvent } from './contract.ts';

/**
 * Ends when the body ends; a line cut off by the end is dropped (the reader resumes from the last whole event). Throws the
 * StatusError of an ERROR event. Leaving the iteration early cancels the body;
 * so does the signal, which ends the iteration even when the transport does not heed it.
 */
export async function* readWatch<T extends KubeObject>(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const reader = body.getReader();
  const cancel = guarded('watch abort', () => void reader.cancel().catch(() => {}));
  signal.addEventListener('abort', cancel);
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: Status };
        if (event.type === 'ERROR') throw StatusError.from(event.object);
        yield event;
      }
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    await reader.cancel().catch(() => {});
  }
}
