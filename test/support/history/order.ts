/**
 * Whether one order explains all times. Revisions are the order in which changes came about; what remains is to find a
 * moment for each, not before its write began, not after anybody knew of it, and after whoever saw the state without it
 * had begun to look. Such moments exist exactly when no change's earliest moment, nor that of one before it, is later than
 * the latest moment of one at or behind it: then every write, read, get and list took effect at once, between its request and its
 * answer, in one order.
 */

import type { Entry, Log } from './log.ts';
import type { History, Interval, Key, Violation, Write } from './record.ts';
import { type Authors, describe as describeEntry } from './writes.ts';

interface Bound {
  time: number;
  why: string;
}

export function checkOrder(history: History, log: Log, authors: Authors, violations: Violation[]): void {
  const { entries } = log;
  const earliest = entries.map(({ index }): Bound => ({ time: authors.notBefore[index]!, why: 'its write began' }));
  const latest = entries.map((): Bound => ({ time: Infinity, why: '' }));
  const knownBy = (index: number, time: number, why: string) => {
    if (index >= 0 && index < latest.length && time < latest[index]!.time) latest[index] = { time, why };
  };
  const unknownAt = (index: number, time: number, why: string) => {
    if (index < earliest.length && time > earliest[index]!.time) earliest[index] = { time, why };
  };

  for (const [index, write] of authors.of.entries()) {
    if (write?.outcome.kind === 'acknowledged') knownBy(index, write.ended, 'its write was acknowledged');
  }
  for (const { watcher, items } of history.segments) {
    for (const { revision, at } of items) knownBy(log.after(revision) - 1, at, `${watcher} was told`);
  }
  for (const { started, ended, revisions, exact, selection } of history.lists) {
    const revision = revisions[0]!;
    knownBy(log.after(revision) - 1, ended, `a list of ${selection.resource} showed it`);
    if (exact === undefined) unknownAt(log.after(revision), started, `a list of ${selection.resource} did not show it`);
  }
  for (const { key, found, started, ended } of history.reads) {
    if (found === undefined) continue;
    const entry = log.at(found.revision);
    if (entry !== undefined) knownBy(entry.index, ended, `a read of ${key} showed it`);
    const next = entry?.next ?? log.byKey.get(key)?.find(({ revision }) => revision > found.revision);
    if (next !== undefined) unknownAt(next.index, started, `a read of ${key} did not show it`);
  }

  for (let index = 1; index < entries.length; index++) {
    if (earliest[index - 1]!.time > earliest[index]!.time) earliest[index] = earliest[index - 1]!;
  }
  for (let index = entries.length - 2; index >= 0; index--) {
    if (latest[index + 1]!.time < latest[index]!.time) latest[index] = latest[index + 1]!;
  }
  for (const entry of entries) {
    const [from, to] = [earliest[entry.index]!, latest[entry.index]!];
    if (from.time <= to.time) continue;
    const detail = `${describeEntry(entry)}: ${from.why} (${from.time.toFixed(1)}) after ${to.why} (${to.time.toFixed(1)})`;
    violations.push({ rule: 'real-time order', detail });
  }
  checkAbsences(history, log, earliest, latest, violations);
}

/** Every 404, AlreadyExists and Conflict must have been true at a moment between its request and its answer. */
function checkAbsences(
  history: History,
  log: Log,
  earliest: readonly Bound[],
  latest: readonly Bound[],
  violations: Violation[],
): void {
  const base = new Map(history.base.states.map((state) => [state.key, state]));
  function wasOnce(key: Key, { started, ended }: Interval, holds: (revision: number | undefined) => boolean): boolean {
    const own = log.byKey.get(key) ?? [];
    const isIn = (entry: Entry | undefined, next: Entry | undefined) =>
      (entry === undefined || earliest[entry.index]!.time <= ended) &&
      (next === undefined || latest[next.index]!.time >= started);
    if (isIn(undefined, own[0]) && holds(base.get(key)?.revision)) return true;
    return own.some((entry) => isIn(entry, entry.next) && holds(entry.type === 'DELETED' ? undefined : entry.revision));
  }
  for (const read of history.reads) {
    if (read.found === undefined && !wasOnce(read.key, read, (revision) => revision === undefined)) {
      violations.push({ rule: 'read', detail: `${read.key} was there all the time that a 404 took` });
    }
  }
  for (const write of history.writes) {
    const cause = causeOf(write);
    if (cause !== undefined && !wasOnce(write.key, write, cause)) {
      const { status, reason } = write.outcome as { status: number; reason: string };
      const detail = `${write.verb} ${write.key} ${JSON.stringify(write.expects ?? {})}: ${status} ${reason} was never true`;
      violations.push({ rule: 'unfounded refusal', detail });
    }
  }
}

/** What must have been true of the key's revision for the refusal to be right; undefined: not a refusal of this kind. */
function causeOf({ verb, outcome, expects }: Write): ((revision: number | undefined) => boolean) | undefined {
  if (outcome.kind !== 'refused') return undefined;
  if (outcome.reason === 'AlreadyExists' && verb === 'create') return (revision) => revision !== undefined;
  if (outcome.reason === 'NotFound') return (revision) => revision === undefined;
  if (outcome.reason === 'Conflict' && expects?.revision !== undefined) {
    return (revision) => revision !== expects.revision;
  }
  return undefined;
}
