/**
 * A process's connections in three lanes, so that no long statement stands before a short one: postgres.js sends a
 * statement to a busy connection when all are busy, and it is answered after those before it.
 */
import { type ConnectOptions, connect, type Database } from './connection.ts';

export interface Lanes {
  /** Writes, the change log, controllers. */
  main: Database;
  /** Single objects, revisions, heartbeats, tokens: each a row by its key. */
  light: Database;
  /** Lists. Its statements can be cancelled. */
  lists: Database;
  close(): Promise<void>;
}

/** A fifth of the connections each for what is light and for lists, of which there are few at once anyway. */
const SHARE = 5;
const MAX_LANE = 4;
/** With fewer there is nothing to share out. */
const MIN_CONNECTIONS = 3;

/** `connections`: of all lanes together. */
export function connectLanes(url: string, connections: number, options: Omit<ConnectOptions, 'max'> = {}): Lanes {
  const lane = Math.min(MAX_LANE, Math.max(1, Math.floor(connections / SHARE)));
  const shared = connections < MIN_CONNECTIONS;
  const main = connect(url, { ...options, max: shared ? connections : connections - 2 * lane });
  const light = shared ? main : connect(url, { ...options, max: lane });
  const lists = shared ? main : connect(url, { ...options, max: lane, exclusive: true });
  return {
    main,
    light,
    lists,
    async close() {
      await Promise.all([...new Set([main, light, lists])].map((each) => each.close()));
    },
  };
}
