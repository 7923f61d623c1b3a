/** exec and attach: a container's process behind the client's protocol of remote commands. */
import { setTimeout as sleep } from 'node:timers/promises';
import { guarded } from '../../src/meta/guard.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { CommandRequest } from '../../src/tunnel/contract.ts';
import type { ConnectedProcess } from '../runtime/contract.ts';
import { commandChannels } from './channels.ts';
import { type CommandInput, statusOf } from './command-streams.ts';
import type { ServeStream, StreamContext } from './contract.ts';
import { answering, findContainer } from './find-container.ts';

export const serveCommand: ServeStream<CommandRequest> = async (context, request, { accept, signal }) => {
  const process = await start(context, request);
  const input: CommandInput = {
    stdin: process.write,
    endStdin: process.endStdin,
    resize: (width, height) => void process.resize(width, height).catch(() => {}),
  };
  const gone = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        guarded('command abort', () => resolve()),
        { once: true },
      );
  });
  try {
    const socket = accept();
    const streams =
      request.carrier === 'channels'
        ? commandChannels(socket, request, input)
        : await (await import('./spdy-command.ts')).spdyCommand(socket, request, input);
    process.onOutput(streams.output);
    await Promise.race([process.ended, gone]);
    if (signal.aborted) return;
    const exitCode = request.kind === 'exec' ? await exitCodeOf(process, signal) : 0;
    await Promise.race([streams.finish(statusOf(request.command, exitCode)), gone]);
  } finally {
    await process.leave();
  }
};

function start({ runtime }: StreamContext, request: CommandRequest): Promise<ConnectedProcess> {
  return answering(async () => {
    const { id } = await findContainer(runtime, request);
    try {
      return request.kind === 'attach'
        ? await runtime.attach(id, request)
        : await runtime.openExec(id, request.command, request);
    } catch (error) {
      if (error instanceof Error && error.constructor === Error) {
        throw StatusError.internal(`error executing command in container: ${error.message}`);
      }
      throw error;
    }
  }, request.container);
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 500;

/** Output may end before the process does. */
async function exitCodeOf(process: ConnectedProcess, signal: AbortSignal): Promise<number | undefined> {
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const code = await process.exitCode();
    if (code !== undefined) return code;
    await sleep(pause);
  }
  return undefined;
}
