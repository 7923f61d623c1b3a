/** What a client's protocol carries of a command, whichever protocol it is. */
import type { Status } from '../../src/meta/status-error.ts';

export interface CommandStreams {
  /** undefined when there is room for more, else a promise of it. */
  output(stream: 1 | 2, data: Uint8Array): Promise<void> | undefined;
  /** The last that is said: how the command ended. Settles when it has been handed on. */
  finish(status: Status): Promise<void>;
}

export interface CommandInput {
  stdin(data: Uint8Array): Promise<void> | undefined;
  endStdin(): void;
  resize(width: number, height: number): void;
}

const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** As the kubelet words it. */
export function statusOf(command: readonly string[], exitCode: number | undefined): Status {
  if (exitCode === undefined || exitCode === 0) return SUCCESS;
  return {
    ...SUCCESS,
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** Of the protocols before v4, which tell an error as text and a success by nothing. */
export function statusText(status: Status, protocol: string): string {
  if (/^v[4-9]\./.test(protocol)) return JSON.stringify(status);
  return status.status === 'Success' ? '' : (status.message ?? '');
}

/** Of a terminal: `{"Width":80,"Height":24}`. What is none is nothing. */
export function parseSize(text: string): { width: number; height: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return isSize(Width) && isSize(Height) ? { width: Width, height: Height } : undefined;
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65536;
}
