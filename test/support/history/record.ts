/**
 * What clients of one tenant saw during a run: writes, reads, lists and watches of a small key space, with times of one
 * clock in milliseconds. Plain data: the driver writes it down, the checker (check.ts) judges it.
 */

/** Data and labels in one form for all kinds; a write's unique text is under `value`. Canonical JSON with sorted keys. */
export type Content = Readonly<Record<string, string>>;

/** `<resource>/<name>`; all are in one namespace. */
export type Key = string;

export interface Version {
  key: Key;
  revision: number;
  uid: string;
  content: Content;
}

export interface Interval {
  started: number;
  ended: number;
}

export type Outcome =
  /** `revision` and `uid` are those of the answer; an answer to a delete names the uid alone. */
  | { kind: 'acknowledged'; revision?: number; uid: string }
  | { kind: 'refused'; status: number; reason: string }
  /** No answer, or one that says that nobody knows. */
  | { kind: 'unknown'; why: string };

export interface Write extends Interval {
  key: Key;
  verb: 'create' | 'put' | 'patch' | 'delete';
  /** The whole content of a create or put, what a patch merges, {} for a delete. */
  content: Content;
  /** The version that it insists on. */
  expects?: { revision?: number; uid?: string };
  outcome: Outcome;
}

export interface Read extends Interval {
  key: Key;
  /** undefined: 404 */
  found: Version | undefined;
}

/** Which objects of a resource; none of both: all. */
export interface Selection {
  resource: string;
  name?: string;
  /** Value of the label `color`, which contents hold as COLOR. */
  color?: string;
  /** Objects that have the label at all. */
  colored?: true;
}

export const COLOR = '#color';

export interface Listing extends Interval {
  selection: Selection;
  /** Of the pages, in order. */
  revisions: readonly number[];
  items: readonly Version[];
  /** The state of this revision was asked for, not the newest. */
  exact?: number;
}

export type WatchItem =
  | ({ type: 'ADDED' | 'MODIFIED' | 'DELETED'; at: number } & Version)
  | { type: 'BOOKMARK'; revision: number; at: number };

/** A watcher's events from one list on, over all the watches by which it went on. It begins anew after 410. */
export interface Segment {
  watcher: string;
  selection: Selection;
  /** The revision of its list: everything after it is to be seen. */
  from: number;
  items: readonly WatchItem[];
  /** It went on to the end of the run. */
  last: boolean;
}

export interface History {
  tenant: string;
  /** Before any write. */
  base: { revision: number; states: readonly Version[] };
  /** A revision that the tenant had after the last write. */
  end: number;
  /** The keys that only these writes change. */
  keys: ReadonlySet<Key>;
  writes: readonly Write[];
  reads: readonly Read[];
  lists: readonly Listing[];
  segments: readonly Segment[];
  /** Answers that no fault excuses. */
  oddities: readonly string[];
}

export interface Violation {
  rule:
    | 'lost write'
    | 'doubled write'
    | 'refused write took place'
    | 'unfounded refusal'
    | 'not the version it named'
    | 'nobody wrote this'
    | 'wrong result'
    | 'other tenant'
    | 'real-time order'
    | 'log'
    | 'read'
    | 'list'
    | 'watch: missing'
    | 'watch: doubled'
    | 'watch: order'
    | 'watch: wrong'
    | 'odd answer';
  detail: string;
}

export function canonical(content: Content): string {
  return JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function selects(selection: Selection, version: Pick<Version, 'key' | 'content'> | undefined): boolean {
  if (version === undefined || !version.key.startsWith(`${selection.resource}/`)) return false;
  if (selection.name !== undefined && version.key !== `${selection.resource}/${selection.name}`) return false;
  if (selection.color !== undefined && version.content[COLOR] !== selection.color) return false;
  return selection.colored !== true || version.content[COLOR] !== undefined;
}
