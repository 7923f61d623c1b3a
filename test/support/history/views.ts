/** What lists, reads and watches showed, against the log. */
import type { Entry, Log } from './log.ts';
import {
  canonical,
  type History,
  type Key,
  type Segment,
  type Selection,
  selects,
  type Version,
  type Violation,
  type WatchItem,
} from './record.ts';

const same = (a: Version, b: Version) =>
  a.key === b.key && a.revision === b.revision && a.uid === b.uid && canonical(a.content) === canonical(b.content);

export function checkReads(history: History, log: Log, violations: Violation[]): void {
  const base = new Map(history.base.states.map((state) => [state.revision, state]));
  for (const { key, found } of history.reads) {
    if (found === undefined) continue;
    const entry = log.at(found.revision) ?? base.get(found.revision);
    if (entry === undefined || !same(entry, found)) {
      violations.push({ rule: 'read', detail: `${key} at ${found.revision} reads ${canonical(found.content)}` });
    }
  }
}

/** Every list is the state at its revision, in order of names, each of its pages of the same revision. */
export function checkLists(history: History, log: Log, violations: Violation[]): void {
  const states = new Map<Key, Version>(history.base.states.map((state) => [state.key, state]));
  let next = 0;
  for (const list of [...history.lists].sort((a, b) => a.revisions[0]! - b.revisions[0]!)) {
    const [revision] = list.revisions as [number];
    for (; next < log.entries.length && log.entries[next]!.revision <= revision; next++) {
      const entry = log.entries[next]!;
      if (entry.type === 'DELETED') states.delete(entry.key);
      else states.set(entry.key, entry);
    }
    const say = (text: string) =>
      violations.push({ rule: 'list', detail: `${list.selection.resource} at ${revision} ${text}` });
    if (list.revisions.some((each) => each !== revision)) say(`has pages of ${list.revisions}`);
    if (list.exact !== undefined && list.exact !== revision) say(`was to be of ${list.exact}`);
    const expected = [...states.values()]
      .filter((state) => selects(list.selection, state))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    if (expected.length === list.items.length && expected.every((each, index) => same(each, list.items[index]!)))
      continue;
    const text = (versions: readonly Version[]) => versions.map(({ key, revision: at }) => `${key}@${at}`).join(' ');
    say(`shows [${text(list.items)}] in place of [${text(expected)}]`);
  }
}

type Event = Extract<WatchItem, { key: Key }>;

/** What the watcher has to be told of a change; undefined: nothing. */
function eventOf(entry: Entry, selection: Selection): Omit<Event, 'at'> | undefined {
  const before = selects(selection, entry.previous);
  const { key, revision, uid, content } = entry;
  if (entry.type === 'DELETED') return before ? { type: 'DELETED', key, revision, uid, content } : undefined;
  if (selects(selection, entry)) return { type: before ? 'MODIFIED' : 'ADDED', key, revision, uid, content };
  // It ceased to match: what did match, at the revision of the change.
  return before ? { type: 'DELETED', key, revision, uid, content: entry.previous!.content } : undefined;
}

export function checkWatches(history: History, log: Log, violations: Violation[]): void {
  for (const segment of history.segments) {
    const violation = faultOf(segment, history, log);
    if (violation !== undefined) violations.push(violation);
  }
}

/** The first thing that is wrong: what follows it is mostly its echo. */
function faultOf(segment: Segment, history: History, log: Log): Violation | undefined {
  const { selection, items, from } = segment;
  const say = (rule: Violation['rule'], text: string): Violation => {
    return { rule, detail: `${segment.watcher} (from ${from}): ${text}` };
  };
  const delivered = new Set<number>();
  let next = log.after(from);
  let position = from;
  /** The next change that the watcher has to be told of, up to that revision. */
  function upcoming(through: number): Omit<Event, 'at'> | undefined {
    for (; next < log.entries.length && log.entries[next]!.revision <= through; next++) {
      const event = eventOf(log.entries[next]!, selection);
      if (event !== undefined) return event;
    }
    return undefined;
  }
  for (const item of items) {
    const missed = upcoming(item.type === 'BOOKMARK' ? item.revision : item.revision - 1);
    if (item.type !== 'BOOKMARK' && delivered.has(item.revision)) {
      return say('watch: doubled', `${item.type} ${item.key} at ${item.revision} came twice`);
    }
    if (missed !== undefined) {
      const later = items.some((each) => each.type !== 'BOOKMARK' && each.revision === missed.revision);
      const text = `${missed.type} ${missed.key} at ${missed.revision} before ${item.type} ${item.revision}`;
      return say(later ? 'watch: order' : 'watch: missing', text);
    }
    if (item.revision < position) return say('watch: order', `${item.type} ${item.revision} came after ${position}`);
    position = item.revision;
    if (item.type === 'BOOKMARK') continue;
    const expected = upcoming(item.revision);
    if (expected === undefined || !same(expected, item) || expected.type !== item.type) {
      const wanted = expected === undefined ? 'nothing' : `${expected.type} ${canonical(expected.content)}`;
      return say(
        'watch: wrong',
        `${item.type} ${item.key} ${canonical(item.content)} at ${item.revision}, not ${wanted}`,
      );
    }
    delivered.add(item.revision);
    next++;
  }
  const missed = segment.last ? upcoming(history.end) : undefined;
  if (missed === undefined) return undefined;
  return say('watch: missing', `${missed.type} ${missed.key} at ${missed.revision}, at the end`);
}
