/** Remote commands over SPDY/3.1: a stream for each of error, stdin, stdout, stderr and resize, as the client asked for. */
import { guarded } from '../../src/meta/guard.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { CommandRequest, MessageSocket } from '../../src/tunnel/contract.ts';
import { type SpdyStream, serveSpdy } from '../spdy/connection.ts';
import { type CommandInput, type CommandStreams, parseSize, statusText } from './command-streams.ts';

/** Milliseconds that the client has to open them; upstream's. */
const CREATION_MS = 30_000;
/** A line of it is a size of the terminal. */
const MAX_SIZE_TEXT = 1024;

/** Throws when the client has not opened its streams in time, or has gone. */
export async function spdyCommand(
  socket: MessageSocket,
  request: Pick<CommandRequest, 'protocol' | 'stdin' | 'stdout' | 'stderr' | 'tty'>,
  input: CommandInput,
): Promise<CommandStreams> {
  const { protocol } = request;
  const wanted = new Set(['error']);
  if (request.stdin) wanted.add('stdin');
  if (request.stdout) wanted.add('stdout');
  if (request.stderr && !request.tty) wanted.add('stderr');
  if (request.tty && /^v[3-9]\./.test(protocol)) wanted.add('resize');

  const found = new Map<string, SpdyStream>();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      guarded('spdy streams', () => reject(StatusError.timeout('timed out waiting for client to create streams'))),
      CREATION_MS,
    );
    socket.onClose(() => {
      clearTimeout(timer);
      reject(new Error('the client left'));
    });
    serveSpdy(socket, (stream) => {
      const type = stream.headers.get('streamtype') ?? '';
      if (!wanted.has(type) || found.has(type)) return stream.reset();
      found.set(type, stream);
      if (found.size < wanted.size) return;
      clearTimeout(timer);
      resolve();
    });
  });

  const stdin = found.get('stdin');
  stdin?.onData((data) => input.stdin(data));
  stdin?.onEnd(() => input.endStdin());
  let text = '';
  found.get('resize')?.onData((data) => {
    text += Buffer.from(data).toString();
    const lines = text.split('\n');
    text = (lines.pop() ?? '').slice(0, MAX_SIZE_TEXT);
    // One that came whole may have no line's end.
    const size = parseSize(text) ?? parseSize(lines.at(-1) ?? '');
    if (size !== undefined) input.resize(size.width, size.height);
    return undefined;
  });
  return {
    output: (stream, data) => found.get(stream === 1 ? 'stdout' : 'stderr')?.write(data),
    async finish(status) {
      const error = found.get('error');
      await error?.write(Buffer.from(statusText(status, protocol)));
      for (const each of found.values()) each.end();
    },
  };
}
