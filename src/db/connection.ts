/** The one way to the database: postgres.js, wrapped so that every statement has a name and every failure a meaning. */
import postgres from 'postgres';
import { errorCode, isRetryable, translateError } from './errors.ts';
import { parseTextArray, renderTextArray } from './text-array.ts';
import { UnavailableError } from './unavailable-error.ts';

/**
 * What the client turns types into: int8 is a number (revisions stay far below 2^53), text[] an array of strings. text
 * cannot hold NUL: a name from a URL that does is looked up with U+FFFD instead, and so not found, rather than an error.
 */
const TYPES = {
  text: { to: 25, from: [], serialize: (value: unknown) => String(value).replaceAll('\0', '\uFFFD'), parse: String },
  int8: { to: 20, from: [20], serialize: (value: number) => String(value), parse: (text: string) => Number(text) },
  textArray: { to: 1009, from: [1009], serialize: renderTextArray, parse: parseTextArray },
};

export type Sql = postgres.Sql<{ int8: number; textArray: readonly string[] }>;
export type Transaction = postgres.TransactionSql<{ int8: number; textArray: readonly string[] }>;
export type Fragment = postgres.Fragment;

export interface ConnectOptions {
  /** Connections at most. Default 10. */
  max?: number;
  /** Prepared statements; false for poolers that hand each transaction another session. Default true. */
  prepare?: boolean;
  /** How long a connection may take, in seconds. Default 5. */
  connectTimeoutSeconds?: number;
  /** How long any one statement may take before its caller is told that the database is away. Default 30. */
  queryTimeoutSeconds?: number;
  /**
   * One statement a connection at a time, the others wait for a free one. Only so can a statement be cancelled: PostgreSQL
   * cancels whatever a connection is at. Default false: statements are sent behind each other.
   */
  exclusive?: boolean;
  /** Shown in pg_stat_activity. Default "kedge". */
  applicationName?: string;
}

export interface Database {
  /** The raw client, for what `query` cannot do (LISTEN). Its errors are not translated. */
  readonly sql: Sql;
  /**
   * Runs one statement. `name` appears in errors, e.g. "objects.get". A deadlock's or serialization failure's victim is
   * run again, so `run` must be repeatable. Throws UnavailableError, or QueryError for a fault of the statement's own.
   * When `signal` is aborted, rejects with its reason; the statement is cancelled where connections are exclusive.
   */
  query<T>(name: string, run: (sql: Sql) => PromiseLike<T>, signal?: AbortSignal): Promise<T>;
  /** As `query`, with several statements in one transaction. */
  transaction<T>(name: string, run: (sql: Transaction) => Promise<T>): Promise<T>;
  /** Waits for running statements at most 5 seconds. */
  close(): Promise<void>;
}

const MAX_TRIES = 4;
/** SQLSTATE query_canceled */
const QUERY_CANCELED = '57014';

/** What postgres.js' queries have beside a promise's methods. */
interface Cancellable {
  cancel?(): Promise<unknown> | undefined;
}

/** Connects lazily; the first statement finds out whether the database is there. Works on Node and on workerd. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    prepare: options.prepare ?? true,
    ...(options.exclusive === true ? { max_pipeline: 0 } : {}),
    // Reading the type catalogue costs a round trip a connection, which a Worker would pay on every request.
    fetch_types: false,
    types: TYPES,
    connect_timeout: options.connectTimeoutSeconds ?? 5,
    // The library's default waits up to 20 seconds before it looks again; a request would hang as long.
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 0.5),
    connection: { application_name: options.applicationName ?? 'kedge' },
    onnotice: () => {},
  }) as unknown as Sql;
  const timeoutMs = (options.queryTimeoutSeconds ?? 30) * 1000;

  async function attempt<T>(name: string, run: () => PromiseLike<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await withDeadline(name, run(), timeoutMs);
      } catch (error) {
        if (tries >= MAX_TRIES || !(isRetryable(error) || isStray(error))) throw translateError(name, error);
      }
    }
  }

  /** The cancellation of the statement before came late, and hit this one. */
  function isStray(error: unknown): boolean {
    return options.exclusive === true && errorCode(error) === QUERY_CANCELED;
  }

  async function untilAborted<T>(name: string, run: () => PromiseLike<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    let running: Cancellable | undefined;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        reject(signal.reason);
        if (options.exclusive === true) running?.cancel?.()?.catch(() => {});
      };
      signal.addEventListener('abort', leave);
    });
    const work = attempt(name, () => {
      signal.throwIfAborted();
      const statement = run();
      running = statement as Cancellable;
      return statement;
    });
    // When the client has left, nobody waits for how it ended.
    work.catch(() => {});
    try {
      return await Promise.race([work, left]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  return {
    sql,
    query: (name, run, signal) =>
      signal === undefined ? attempt(name, () => run(sql)) : untilAborted(name, () => run(sql), signal),
    transaction: (name, run) => attempt(name, () => sql.begin((inner) => run(inner)) as Promise<never>),
    close: () => sql.end({ timeout: 5 }),
  };
}

/** A vanished network leaves a statement without an answer until TCP gives up, a quarter of an hour later. */
async function withDeadline<T>(name: string, work: PromiseLike<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UnavailableError(`${name}: no answer from the database in ${milliseconds / 1000} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
