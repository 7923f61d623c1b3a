import { describe, expect, it } from 'vitest';
import { check } from '../../support/history/check.ts';
import {
  COLOR,
  type Content,
  type History,
  type Selection,
  selects,
  type Version,
  type WatchItem,
  type Write,
} from '../../support/history/record.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? Mutable<E>[] : T[K] };
type Event = Mutable<Extract<WatchItem, { key: string }>>;
type Draft = Omit<Mutable<History>, 'segments' | 'lists'> & {
  segments: (Mutable<History['segments'][number]> & {
    items: (Event | { type: 'BOOKMARK'; revision: number; at: number })[];
  })[];
  lists: (Mutable<History['lists'][number]> & { items: Version[] })[];
};

const ALL: Selection = { resource: 'configmaps' };
const RED: Selection = { resource: 'configmaps', color: 'red' };
const text = (value: string, color: string): Content => ({ value: `a:${value}`, [COLOR]: color });

/** What a run without any fault looks like: a create, three changes, a delete, and the same name again; a second key. */
function sound(): Draft {
  const steps: [Omit<Write, 'key' | 'started' | 'ended' | 'outcome'>, string, string, Event['type']][] = [
    [{ verb: 'create', content: text('1', 'red') }, 'one', 'u1', 'ADDED'],
    [{ verb: 'create', content: text('2', 'blue') }, 'two', 'u2', 'ADDED'],
    [{ verb: 'put', content: text('3', 'blue'), expects: { revision: 11 } }, 'one', 'u1', 'MODIFIED'],
    [{ verb: 'patch', content: { value: 'a:4', w: '4' } }, 'one', 'u1', 'MODIFIED'],
    [{ verb: 'put', content: text('5', 'red'), expects: { revision: 14 } }, 'one', 'u1', 'MODIFIED'],
    [{ verb: 'delete', content: {}, expects: { uid: 'u1' } }, 'one', 'u1', 'DELETED'],
    [{ verb: 'create', content: text('6', 'red') }, 'one', 'u3', 'ADDED'],
  ];
  const states = new Map<string, Version>();
  const history: Draft = {
    tenant: 'a',
    base: { revision: 10, states: [] },
    end: 10 + steps.length,
    keys: new Set(['configmaps/one', 'configmaps/two']),
    writes: [],
    reads: [],
    lists: [],
    segments: [ALL, ALL, RED].map((selection, index) => ({
      watcher: `w${index}`,
      selection,
      from: 10,
      items: [],
      last: true,
    })),
    oddities: [],
  };
  for (const [index, [write, name, uid, type]] of steps.entries()) {
    const key = `configmaps/${name}`;
    const revision = 11 + index;
    const at = 100 * (index + 1);
    const before = states.get(key);
    const content =
      write.verb === 'delete'
        ? before!.content
        : write.verb === 'patch'
          ? { ...before!.content, ...write.content }
          : write.content;
    const outcome = { kind: 'acknowledged' as const, uid, ...(write.verb === 'delete' ? {} : { revision }) };
    history.writes.push({ ...write, key, started: at, ended: at + 20, outcome });
    const state = { key, revision, uid, content };
    if (type === 'DELETED') states.delete(key);
    else states.set(key, state);
    for (const { selection, items } of history.segments) {
      const [was, is] = [selects(selection, before), type !== 'DELETED' && selects(selection, state)];
      if (is) items.push({ ...state, type: was ? 'MODIFIED' : 'ADDED', at: at + 30 });
      else if (was) items.push({ ...state, content: before!.content, type: 'DELETED', at: at + 30 });
    }
    history.reads.push({ key, found: states.get(key), started: at + 40, ended: at + 50 });
    const items = [...states.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    history.lists.push({ selection: ALL, revisions: [revision, revision], items, started: at + 60, ended: at + 80 });
  }
  return history;
}

function rules(change: (history: Draft) => void): string[] {
  const history = sound();
  change(history);
  return [...new Set(check(history).violations.map(({ rule }) => rule))];
}

const events = (history: Draft, watcher: number) => history.segments[watcher]!.items as Event[];

describe('the check of histories', () => {
  it('finds nothing in a sound one', () => {
    expect(check(sound())).toEqual({ violations: [], changes: 7, tookPlace: 0 });
  });

  it('accepts unknown outcomes either way, and refusals that were true', () => {
    const history = sound();
    history.writes[3]!.outcome = { kind: 'unknown', why: 'timeout' };
    history.writes[5]!.outcome = { kind: 'unknown', why: 'reset' };
    const key = 'configmaps/one';
    const at = (started: number, ended = started + 10) => ({ key, started, ended });
    const refused = (reason: string) => ({ kind: 'refused' as const, status: 409, reason });
    history.writes.push(
      { ...at(640), verb: 'patch', content: { value: 'a:7' }, outcome: refused('NotFound') },
      { ...at(240), verb: 'create', content: text('8', 'red'), outcome: refused('AlreadyExists') },
      { ...at(440), verb: 'put', content: text('9', 'red'), expects: { revision: 11 }, outcome: refused('Conflict') },
      { ...at(440), verb: 'put', content: text('10', 'red'), outcome: { kind: 'unknown', why: 'reset' } },
    );
    history.reads.push({ ...at(650), found: undefined });
    expect(check(history)).toEqual({ violations: [], changes: 7, tookPlace: 2 });
  });

  it('notices a lost write', () => {
    const write = {
      key: 'configmaps/two',
      verb: 'patch' as const,
      content: { value: 'a:lost' },
      started: 450,
      ended: 460,
    };
    expect(
      rules(({ writes }) => writes.push({ ...write, outcome: { kind: 'acknowledged', revision: 15, uid: 'u2' } })),
    ).toEqual(['lost write']);
    const gone = { ...write, verb: 'delete' as const, content: {} };
    expect(rules(({ writes }) => writes.push({ ...gone, outcome: { kind: 'acknowledged', uid: 'u9' } }))).toEqual([
      'lost write',
    ]);
  });

  it('notices a refused write that took place', () => {
    const refused = { kind: 'refused' as const, status: 429, reason: 'TooManyRequests' };
    expect(rules(({ writes }) => (writes[2]!.outcome = refused))).toEqual(['refused write took place']);
    // Nobody else deleted it either.
    expect(rules(({ writes }) => (writes[5]!.outcome = refused))).toContain('nobody wrote this');
  });

  it('notices a write that took place twice', () => {
    const found = rules((history) => {
      history.end++;
      const version = { key: 'configmaps/two', revision: 18, uid: 'u2', content: text('2', 'blue') };
      for (const watcher of [0, 1]) events(history, watcher).push({ ...version, type: 'MODIFIED', at: 800 });
    });
    expect(found).toEqual(['doubled write']);
    expect(rules(({ writes }) => writes.push({ ...writes[5]!, started: 605 }))).toContain('doubled write');
  });

  it('notices a write that found another version than it named', () => {
    expect(rules(({ writes }) => (writes[4]!.expects = { revision: 13 }))).toEqual(['not the version it named']);
    expect(rules(({ writes }) => (writes[5]!.expects = { uid: 'u0' }))).toEqual(['not the version it named']);
  });

  it('notices a patch that undid another write, and an answer that was not what is stored', () => {
    expect(rules(({ writes }) => (writes[3]!.content = { value: 'a:4', w: '5' }))).toEqual(['wrong result']);
    const outcome = { kind: 'acknowledged' as const, revision: 15, uid: 'u1' };
    expect(rules(({ writes }) => (writes[3]!.outcome = outcome))).toEqual(['wrong result']);
  });

  it('notices refusals and 404s that were never true', () => {
    const key = 'configmaps/two';
    const times = { key, started: 450, ended: 460 };
    const refused = (reason: string) => ({ kind: 'refused' as const, status: 409, reason });
    for (const write of [
      { verb: 'patch' as const, content: { value: 'a:7' }, outcome: refused('NotFound') },
      { verb: 'put' as const, content: text('7', 'red'), expects: { revision: 12 }, outcome: refused('Conflict') },
      {
        verb: 'create' as const,
        content: text('7', 'red'),
        key: 'configmaps/one',
        started: 640,
        ended: 650,
        outcome: refused('AlreadyExists'),
      },
    ]) {
      expect(rules(({ writes }) => writes.push({ ...times, ...write }))).toEqual(['unfounded refusal']);
    }
    expect(rules(({ reads }) => reads.push({ ...times, found: undefined }))).toEqual(['read']);
  });

  it('notices a doubled, a missing and a reordered event', () => {
    expect(rules((history) => events(history, 1).splice(2, 0, { ...events(history, 1)[1]! }))).toEqual([
      'watch: doubled',
    ]);
    expect(rules((history) => events(history, 1).splice(2, 1))).toEqual(['watch: missing']);
    expect(rules((history) => events(history, 2).pop())).toEqual(['watch: missing']);
    const swap = (history: Draft) => events(history, 1).splice(2, 2, events(history, 1)[3]!, events(history, 1)[2]!);
    expect(rules(swap)).toContain('watch: order');
  });

  it('notices an event of the wrong type, one that does not match, and a bookmark that is too early', () => {
    expect(rules((history) => (events(history, 2)[2]!.type = 'MODIFIED'))).toEqual(['watch: wrong']);
    expect(rules((history) => (events(history, 2)[1]!.content = text('3', 'blue')))).toEqual(['watch: wrong']);
    expect(rules((history) => events(history, 2).splice(1, 0, { ...events(history, 1)[1]! }))).toEqual([
      'watch: wrong',
    ]);
    const early = { type: 'BOOKMARK' as const, revision: 13, at: 210 };
    expect(rules(({ segments }) => segments[1]!.items.splice(1, 0, early))).toContain('watch: order');
  });

  it('notices a watcher that began anew and lost what lay between', () => {
    const found = rules((history) => {
      const [first] = history.segments.splice(2, 1);
      history.segments.push({ ...first!, items: first!.items.slice(0, 1), last: false });
      history.segments.push({ ...first!, from: 12, items: first!.items.slice(2) });
    });
    expect(found).toEqual(['watch: missing']);
  });

  it('notices a stale list and a stale read', () => {
    const late = (history: Draft) => history.lists.push({ ...history.lists[2]!, started: 430, ended: 440 });
    expect(rules(late)).toEqual(['real-time order']);
    // At the revision that was asked for it is right.
    expect(
      rules((history) => history.lists.push({ ...history.lists[2]!, started: 430, ended: 440, exact: 13 })),
    ).toEqual([]);
    expect(rules(({ reads }) => reads.push({ ...reads[2]!, started: 430, ended: 440 }))).toEqual(['real-time order']);
  });

  it('notices revisions that contradict real time', () => {
    const early = { started: 110, ended: 115 };
    expect(rules(({ writes }) => Object.assign(writes[0]!, { started: 320, ended: 330 }))).toEqual(['real-time order']);
    expect(rules(({ segments }) => Object.assign(segments[1]!.items[6]!, { at: early.started }))).toContain(
      'real-time order',
    );
  });

  it('notices a list that is not the state at its revision', () => {
    expect(rules(({ lists }) => lists[4]!.items.pop())).toEqual(['list']);
    expect(rules(({ lists }) => lists[4]!.items.reverse())).toEqual(['list']);
    expect(rules(({ lists }) => lists[4]!.items.push(lists[4]!.items[1]!))).toEqual(['list']);
    expect(rules(({ lists }) => (lists[4]!.revisions = [15, 16]))).toEqual(['list']);
    expect(rules(({ lists }) => (lists[4]!.items[0] = { ...lists[4]!.items[0]!, content: text('1', 'red') }))).toEqual([
      'list',
    ]);
  });

  it('notices what belongs to another tenant', () => {
    const foreign = { key: 'configmaps/two', revision: 12, uid: 'u2', content: { value: 'b:2', [COLOR]: 'blue' } };
    expect(rules((history) => Object.assign(events(history, 1)[1]!, foreign))).toContain('other tenant');
    expect(rules(({ lists }) => (lists[1]!.items[1] = foreign))).toContain('other tenant');
    expect(rules(({ reads }) => (reads[1]!.found = foreign))).toContain('other tenant');
  });

  it('notices a change that nobody made, and answers that no fault excuses', () => {
    expect(rules(({ writes }) => writes.splice(1, 1))).toEqual(['nobody wrote this']);
    expect(rules(({ oddities }) => oddities.push('PUT: 500'))).toEqual(['odd answer']);
  });
});
