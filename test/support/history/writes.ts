/** Which write made which change: each acknowledged one exactly one, no refused one any, an unknown one at most one. */
import type { Entry, Log } from './log.ts';
import { canonical, type History, type Violation, type Write } from './record.ts';

export interface Authors {
  /** By index of the log's entry; undefined where nobody, or one of several, did it. */
  of: readonly (Write | undefined)[];
  /** Earliest time at which the entry can have come about. */
  notBefore: readonly number[];
  /** Writes of unknown outcome that took place. */
  tookPlace: number;
}

export function attribute(history: History, log: Log, violations: Violation[]): Authors {
  const authors = new Array<Write | undefined>(log.entries.length).fill(undefined);
  const notBefore = new Array<number>(log.entries.length).fill(Number.NEGATIVE_INFINITY);
  const byValue = new Map<string, Write>();
  const byUid = new Map<string, Write>();
  const made = new Map<Write, Entry>();
  let tookPlace = 0;

  for (const write of history.writes) {
    if (write.verb !== 'delete') byValue.set(write.content.value!, write);
    else if (write.outcome.kind === 'acknowledged') {
      if (byUid.has(write.outcome.uid)) {
        violations.push({
          rule: 'doubled write',
          detail: `two deletes of ${write.key} were acknowledged for one object`,
        });
      }
      byUid.set(write.outcome.uid, write);
    }
  }

  const orphans: Entry[] = [];
  for (const entry of log.entries) {
    if (!history.keys.has(entry.key)) continue;
    const write = entry.type === 'DELETED' ? byUid.get(entry.uid) : byValue.get(entry.content.value ?? '');
    if (write === undefined) {
      if (entry.type === 'DELETED') orphans.push(entry);
      else violations.push({ rule: 'nobody wrote this', detail: describe(entry) });
      continue;
    }
    if (made.has(write)) {
      violations.push({
        rule: 'doubled write',
        detail: `${describe(entry)}: the write is at ${made.get(write)!.revision} too`,
      });
      continue;
    }
    made.set(write, entry);
    authors[entry.index] = write;
    notBefore[entry.index] = write.started;
    if (write.outcome.kind === 'unknown') tookPlace++;
    checkMade(write, entry, violations);
  }

  const deletes = history.writes.filter(({ verb, outcome }) => verb === 'delete' && outcome.kind === 'unknown');
  tookPlace += explain(orphans, deletes, notBefore, violations);

  for (const write of history.writes) {
    if (write.outcome.kind === 'acknowledged' && !made.has(write)) {
      const at = write.outcome.revision ?? `uid ${write.outcome.uid}`;
      violations.push({ rule: 'lost write', detail: `${write.verb} ${write.key}, acknowledged at ${at}` });
    }
  }
  return { of: authors, notBefore, tookPlace };
}

function checkMade(write: Write, entry: Entry, violations: Violation[]): void {
  const { outcome, verb } = write;
  const say = (rule: Violation['rule'], text: string) =>
    violations.push({ rule, detail: `${verb} of ${describe(entry)} ${text}` });
  if (outcome.kind === 'refused') say('refused write took place', `was answered ${outcome.status} ${outcome.reason}`);
  if (outcome.kind === 'acknowledged') {
    if (outcome.revision !== undefined && outcome.revision !== entry.revision) {
      say('wrong result', `was acknowledged at ${outcome.revision}`);
    }
    if (outcome.uid !== entry.uid) say('wrong result', `was acknowledged for uid ${outcome.uid}`);
  }
  if (write.key !== entry.key) say('wrong result', `was meant for ${write.key}`);
  if (!insistsOn(write, entry)) {
    say('not the version it named', `named ${JSON.stringify(write.expects)} and found ${entry.previous?.revision}`);
  }
  const type = verb === 'create' ? 'ADDED' : verb === 'delete' ? 'DELETED' : 'MODIFIED';
  if (entry.type !== type) say('wrong result', `is a ${entry.type}`);
  const content =
    verb === 'delete'
      ? entry.content
      : verb === 'patch'
        ? { ...entry.previous?.content, ...write.content }
        : write.content;
  if (canonical(content) !== canonical(entry.content)) {
    say('wrong result', `left ${canonical(entry.content)} in place of ${canonical(content)}`);
  }
}

/** Whether the write could take place on the version that the entry found. */
function insistsOn({ expects }: Write, { previous }: Entry): boolean {
  if (expects?.revision !== undefined && expects.revision !== previous?.revision) return false;
  return expects?.uid === undefined || expects.uid === previous?.uid;
}

/**
 * Finds for each deletion that nobody claims a delete of its own whose outcome nobody knows (augmenting paths: there are
 * few). Returns how many it found.
 */
function explain(
  orphans: readonly Entry[],
  deletes: readonly Write[],
  notBefore: number[],
  violations: Violation[],
): number {
  const taken = new Map<Write, Entry>();
  const fits = (entry: Entry) => deletes.filter((write) => write.key === entry.key && insistsOn(write, entry));
  function place(entry: Entry, tried: Set<Write>): boolean {
    for (const write of fits(entry)) {
      if (tried.has(write)) continue;
      tried.add(write);
      const other = taken.get(write);
      if (other !== undefined && !place(other, tried)) continue;
      taken.set(write, entry);
      return true;
    }
    return false;
  }
  let placed = 0;
  for (const entry of orphans) {
    notBefore[entry.index] = Math.min(Infinity, ...fits(entry).map(({ started }) => started));
    if (place(entry, new Set())) placed++;
    else {
      notBefore[entry.index] = Number.NEGATIVE_INFINITY;
      violations.push({ rule: 'nobody wrote this', detail: describe(entry) });
    }
  }
  return placed;
}

export function describe(entry: Entry): string {
  return `${entry.type} ${entry.key} ${JSON.stringify(entry.content.value)} at ${entry.revision}`;
}
