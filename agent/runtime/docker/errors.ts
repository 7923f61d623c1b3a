import { RuntimeUnavailable } from '../contract.ts';

interface EngineError {
  statusCode: number;
  message: string;
}

/** The HTTP status of an Engine API error; undefined for anything else. */
export function engineStatus(error: unknown): number | undefined {
  const status = (error as Partial<EngineError> | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** `(HTTP code 500) server error - …`: all that there is where the answer is a stream, as a pull's. */
const WRAPPED = /^\(HTTP code \d+\) [^-]* - /;

/** The daemon's own words, without what dockerode wraps around them. */
export function engineMessage(error: unknown): string {
  const json = (error as { json?: { message?: string } } | null)?.json;
  if (typeof json?.message === 'string') return json.message.trim();
  return error instanceof Error ? error.message.replace(WRAPPED, '').trim() : String(error);
}

/** Runs one Engine API call; an answer that never came becomes RuntimeUnavailable. */
export async function engine<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    const statusCode = engineStatus(error);
    if (statusCode !== undefined)
      throw Object.assign(new Error(engineMessage(error), { cause: error }), { statusCode });
    throw new RuntimeUnavailable(`cannot reach Docker: ${engineMessage(error)}`, { cause: error });
  }
}

/** As engine(), but undefined when the daemon answers with one of `statuses` (404: gone, 304: nothing to do, …). */
export async function unless<T>(statuses: readonly number[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await engine(call);
  } catch (error) {
    const status = engineStatus(error);
    if (status !== undefined && statuses.includes(status)) return undefined;
    throw error;
  }
}
