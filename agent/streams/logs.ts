/** A container's log as bytes: which instance, from when, how much. */

import { StatusError } from '../../src/meta/status-error.ts';
import type { LogRequest } from '../../src/tunnel/contract.ts';
import { ContainerGone, type ObservedContainer, type Runtime } from '../runtime/contract.ts';
import { serveBytes } from './bytes.ts';
import type { ServeStream } from './contract.ts';

export const serveLogs: ServeStream<LogRequest> = ({ runtime }, request, stream) =>
  serveBytes((signal) => openLogs(runtime, request, signal), stream);

/** Throws StatusError 400 when there is no such instance, worded as the kubelet's. */
export async function openLogs(
  runtime: Pick<Runtime, 'list' | 'logs'>,
  request: LogRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const containers = await runtime.list(request.uid);
  const instance = chooseInstance(containers, request);
  const since = sinceOf(request);
  const bytes = await readable(instance, () =>
    runtime.logs(
      instance.id,
      {
        follow: request.follow && instance.state === 'running',
        timestamps: request.timestamps,
        ...(request.tailLines === undefined ? {} : { tailLines: request.tailLines }),
        ...(since === undefined ? {} : { since }),
      },
      signal,
    ),
  );
  return request.limitBytes === undefined ? bytes : limited(bytes, request.limitBytes);
}

/** In the kubelet's words: the container may have gone since it was looked up. */
async function readable<T>({ id }: ObservedContainer, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ContainerGone)) throw error;
    throw StatusError.badRequest(`unable to retrieve container logs for docker://${id}`);
  }
}

export function chooseInstance(containers: readonly ObservedContainer[], request: LogRequest): ObservedContainer {
  const title = JSON.stringify(request.container);
  const pod = JSON.stringify(request.pod);
  const instances = containers.filter(
    (each) => each.kind !== 'sandbox' && each.container === request.container && each.state !== 'created',
  );
  const [newest, before] = instances;
  if (request.previous) {
    if (before === undefined) {
      throw StatusError.badRequest(`previous terminated container ${title} in pod ${pod} not found`);
    }
    return before;
  }
  if (newest === undefined) {
    // The API asks for containers that have been started, so this one has ended and is gone, its pod with it.
    throw StatusError.badRequest(`container ${title} in pod ${pod} is not available`);
  }
  return newest;
}

function sinceOf({ sinceSeconds, sinceTime }: LogRequest): number | undefined {
  if (sinceSeconds !== undefined) return Date.now() / 1000 - sinceSeconds;
  if (sinceTime !== undefined) return Date.parse(sinceTime) / 1000;
  return undefined;
}

async function* limited(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let left = limit;
  for await (const chunk of bytes) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
