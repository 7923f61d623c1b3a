/** Logs, exec and events: the Engine API's streams. */

import type { Readable } from 'node:stream';
import { guarded } from '../../../src/meta/guard.ts';
import { ContainerGone, type ExecResult, ExecTimeout, type LogOptions, type RuntimeEvent } from '../contract.ts';
import type { Dockerode } from './dockerode.ts';
import { engine, engineStatus } from './errors.ts';
import { CLUSTER_LABEL, POD_UID_LABEL } from './labels.ts';

/** Takes the frames of stdout and stderr apart: 8 bytes of header (the stream, the length big-endian), then the bytes. */
export async function* demultiplex(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let header: Buffer = Buffer.alloc(0);
  let left = 0;
  for await (const data of stream) {
    let chunk = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    while (chunk.length > 0) {
      if (left === 0) {
        const missing = 8 - header.length;
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        chunk = chunk.subarray(missing);
        if (header.length < 8) break;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const part = chunk.subarray(0, left);
      left -= part.length;
      chunk = chunk.subarray(part.length);
      yield part;
    }
  }
}

/** A stream that breaks while nobody reads it is no reason to end the process. */
function heard(stream: Readable): Readable {
  return stream.on('error', () => {});
}

/** As engine(), but ContainerGone for a container that is no more, or is just being removed. */
async function present<T>(id: string, call: () => Promise<T>): Promise<T> {
  try {
    return await engine(call);
  } catch (error) {
    const status = engineStatus(error);
    const removing = /no such container|marked for removal/i.test(error instanceof Error ? error.message : '');
    if (status === 404 || status === 409 || (status !== undefined && removing)) {
      throw new ContainerGone(`container ${id} is gone`, { cause: error });
    }
    throw error;
  }
}

/** dockerode's own logs() gathers everything in memory unless it follows; this always streams. */
export async function readLogs(
  docker: Dockerode,
  id: string,
  options: LogOptions,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const info = await present(id, () => docker.getContainer(id).inspect());
  const query = {
    follow: options.follow,
    stdout: true,
    stderr: true,
    timestamps: options.timestamps,
    tail: options.tailLines === undefined ? 'all' : String(options.tailLines),
    ...(options.since === undefined ? {} : { since: options.since.toFixed(9) }),
  };
  const stream = await present(
    id,
    () =>
      new Promise<Readable>((resolve, reject) => {
        docker.modem.dial(
          {
            path: `/containers/${id}/logs?`,
            method: 'GET',
            isStream: true,
            abortSignal: signal,
            statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
            options: query,
          },
          (error: unknown, result: unknown) => (error ? reject(error) : resolve(heard(result as Readable))),
        );
      }),
  );
  return info.Config.Tty ? stream : demultiplex(stream);
}

const MAX_OUTPUT = 10 << 10;

export async function execute(
  docker: Dockerode,
  id: string,
  command: string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const exec = await engine(() =>
    docker.getContainer(id).exec({ Cmd: command, AttachStdout: true, AttachStderr: true, AttachStdin: false }),
  );
  const stream = await engine(() => exec.start({ hijack: true, stdin: false }));
  heard(stream as unknown as Readable);
  const timer = setTimeout(
    guarded('exec timeout', () => stream.destroy(new ExecTimeout(`command timed out after ${timeoutMs} ms`))),
    timeoutMs,
  );
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of demultiplex(stream as unknown as AsyncIterable<Uint8Array>)) {
      if (size < MAX_OUTPUT) parts.push(part);
      size += part.length;
    }
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
  const { ExitCode } = await engine(() => exec.inspect());
  return { exitCode: ExitCode ?? -1, output: Buffer.concat(parts).subarray(0, MAX_OUTPUT).toString() };
}

/** Ends with the connection. */
export async function* readEvents(
  docker: Dockerode,
  cluster: string,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const stream = (await engine(() =>
    docker.getEvents({
      abortSignal: signal,
      filters: {
        type: ['container'],
        label: [`${CLUSTER_LABEL}=${cluster}`],
        event: ['start', 'die', 'oom', 'destroy'],
      },
    }),
  )) as Readable;
  heard(stream);
  let rest = '';
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') continue;
        const event = JSON.parse(line) as { Actor?: { Attributes?: Record<string, string> } };
        const podUid = event.Actor?.Attributes?.[POD_UID_LABEL];
        if (podUid !== undefined) yield { podUid };
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stream.destroy();
  }
}
