/** What a failing database means: one table from SQLSTATE and network codes to what callers act on. */
import { UnavailableError } from './unavailable-error.ts';

type Meaning =
  /** The database is away, starting, stopping or out of room: 503, try later. What a write did is unknown. */
  | 'unavailable'
  /** The transaction was rolled back through no fault of its own: running it again at once is right; 503 when that does not help. */
  | 'retry';

/** SQLSTATEs (five characters, or a class of two) and the codes of postgres.js and sockets. */
const MEANINGS = new Map<string, Meaning>(
  Object.entries({
    '08': 'unavailable', // connection exceptions
    '53': 'unavailable', // out of connections, memory or disk
    '57014': 'unavailable', // statement timeout
    '57P01': 'unavailable', // shutting down
    '57P02': 'unavailable', // crashed
    '57P03': 'unavailable', // starting up
    '57P05': 'unavailable', // idle session ended
    '58': 'unavailable', // I/O errors of the server
    '25006': 'unavailable', // read-only: a standby during failover
    '40001': 'retry', // serialization failure
    '40P01': 'retry', // deadlock
    '55P03': 'retry', // lock not available
    CONNECT_TIMEOUT: 'unavailable',
    CONNECTION_CLOSED: 'unavailable',
    CONNECTION_DESTROYED: 'unavailable',
    CONNECTION_ENDED: 'unavailable',
    EAI_AGAIN: 'unavailable',
    ECONNREFUSED: 'unavailable',
    ECONNRESET: 'unavailable',
    EHOSTUNREACH: 'unavailable',
    ENETUNREACH: 'unavailable',
    ENOENT: 'unavailable', // a unix socket that is not there yet
    ENOTFOUND: 'unavailable',
    EPIPE: 'unavailable',
    ETIMEDOUT: 'unavailable',
  } as const),
);

/** A statement that failed for a reason of its own: a bug, or a value the database does not accept. */
export class QueryError extends Error {
  readonly query: string;
  /** SQLSTATE, or the code of the client library. */
  readonly code: string;
  constructor(query: string, code: string, cause: unknown) {
    super(`${query}: ${cause instanceof Error ? cause.message : String(cause)} (${code})`, { cause });
    this.name = 'QueryError';
    this.query = query;
    this.code = code;
  }
}

/** The code of a database or socket error, or '' for anything else. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function meaningOf(code: string): Meaning | undefined {
  return MEANINGS.get(code) ?? (code.length === 5 ? MEANINGS.get(code.slice(0, 2)) : undefined);
}

/** Whether the statement was certainly rolled back and deserves another try at once. */
export function isRetryable(error: unknown): boolean {
  return meaningOf(errorCode(error)) === 'retry';
}

/**
 * Translates what postgres.js threw while running the query of that name: UnavailableError, QueryError, or the error
 * itself when it came from elsewhere. The statement's text and parameters (bodies, hashes) stay out of the message;
 * postgres.js keeps them on the cause in properties that loggers do not enumerate.
 */
export function translateError(query: string, error: unknown): unknown {
  if (error instanceof UnavailableError || error instanceof QueryError) return error;
  const code = errorCode(error);
  if (code === '') {
    // workerd reports a failed connect() as a plain Error without a code.
    const message = error instanceof Error ? error.message : '';
    return /proxy request failed|network connection lost|stream was cancelled/i.test(message)
      ? new UnavailableError(`${query}: ${message}`, { cause: error })
      : error;
  }
  return meaningOf(code) !== undefined
    ? new UnavailableError(`${query}: the database is unavailable (${code})`, { cause: error })
    : new QueryError(query, code, error);
}
