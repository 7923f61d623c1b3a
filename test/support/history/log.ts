/** The tenant's changes in the order of their revisions, put together from what all watchers without a selector saw. */
import { canonical, type History, type Key, type Version, type Violation } from './record.ts';

export interface Entry extends Version {
  index: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The version before; undefined: there was no object. */
  previous: Version | undefined;
  /** The key's next entry. */
  next: Entry | undefined;
}

export interface Log {
  entries: readonly Entry[];
  byKey: ReadonlyMap<Key, readonly Entry[]>;
  at(revision: number): Entry | undefined;
  /** Index of the first entry with a greater revision. */
  after(revision: number): number;
}

export function buildLog(history: History, violations: Violation[]): Log {
  const seen = new Map<number, Entry>();
  for (const { watcher, selection, items } of history.segments) {
    if (selection.name !== undefined || selection.color !== undefined || selection.colored === true) continue;
    for (const item of items) {
      if (item.type === 'BOOKMARK') continue;
      const { type, key, revision, uid, content } = item;
      const known = seen.get(revision);
      if (known === undefined) {
        seen.set(revision, { index: 0, type, key, revision, uid, content, previous: undefined, next: undefined });
      } else if (known.key !== key || known.type !== type || canonical(known.content) !== canonical(content)) {
        violations.push({ rule: 'log', detail: `${watcher} saw another ${type} ${key} at revision ${revision}` });
      }
    }
  }
  const entries = [...seen.values()].sort((a, b) => a.revision - b.revision);
  const byKey = new Map<Key, Entry[]>();
  const states = new Map<Key, Version>(history.base.states.map((state) => [state.key, state]));
  for (const [index, entry] of entries.entries()) {
    entry.index = index;
    entry.previous = states.get(entry.key);
    const own = byKey.get(entry.key);
    if (own === undefined) byKey.set(entry.key, [entry]);
    else {
      own.at(-1)!.next = entry;
      own.push(entry);
    }
    if (entry.type === 'DELETED') states.delete(entry.key);
    else states.set(entry.key, entry);
    checkSuccession(entry, violations);
  }
  return {
    entries,
    byKey,
    at: (revision) => seen.get(revision),
    after(revision) {
      let [low, high] = [0, entries.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (entries[middle]!.revision > revision) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

/** Objects begin with ADDED, keep their uid, and end with what they were. */
function checkSuccession(entry: Entry, violations: Violation[]): void {
  const { type, key, revision, uid, content, previous } = entry;
  const say = (text: string) => violations.push({ rule: 'log', detail: `${type} ${key} at ${revision} ${text}` });
  if ((type === 'ADDED') !== (previous === undefined)) say(`after ${previous === undefined ? 'nothing' : 'an object'}`);
  else if (previous !== undefined && previous.uid !== uid) say('with another uid');
  else if (type === 'DELETED' && canonical(previous!.content) !== canonical(content)) say('with another content');
}
