/** A stream that is only read: whatever yields bytes, no faster than they are taken. */
import type { Stream } from './contract.ts';

/** `open` may throw a StatusError to refuse. */
export async function serveBytes(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>,
  { accept, signal }: Stream,
): Promise<void> {
  const bytes = await open(signal);
  const socket = accept();
  for await (const chunk of bytes) {
    // A source that is never waited for would keep the event from coming, but not this.
    if (signal.aborted) return;
    const room = socket.send(chunk);
    if (room !== undefined) await room;
  }
}
