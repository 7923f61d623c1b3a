import { describe, expect, it } from 'vitest';
import type { ObjectList, WatchEvent } from '../../../src/client/contract.ts';
import { type ReflectSource, reflect } from '../../../src/client/reflect.ts';
import { PODS, type Pod } from '../../../src/client/resources.ts';
import { StatusError } from '../../../src/meta/status-error.ts';

function pod(name: string, resourceVersion: string, uid = name): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid, resourceVersion },
    spec: { containers: [] },
  };
}

type Answer = ObjectList<Pod> | Error;
type Session = (WatchEvent<Pod> | Error)[];

/** Answers lists and watches in order; when there is no further watch, it stays open until the signal. */
class Script implements ReflectSource {
  readonly watchedFrom: string[] = [];
  readonly #lists: Answer[];
  readonly #watches: Session[];
  lists = 0;
  constructor(lists: Answer[], watches: Session[]) {
    this.#lists = lists;
    this.#watches = watches;
  }
  async list<T>(): Promise<ObjectList<T>> {
    this.lists += 1;
    const answer = this.#lists.shift();
    if (answer === undefined) throw new Error('unexpected list');
    if (answer instanceof Error) throw answer;
    return answer as unknown as ObjectList<T>;
  }
  async *watch<T>(_resource: unknown, { resourceVersion }: { resourceVersion: string }, signal: AbortSignal) {
    this.watchedFrom.push(resourceVersion);
    const session = this.#watches.shift();
    if (session === undefined) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      return;
    }
    for (const event of session) {
      if (event instanceof Error) throw event;
      yield event as unknown as WatchEvent<T>;
    }
  }
}

async function run(source: Script, until: () => boolean, initial: Pod[] = []) {
  const stopping = new AbortController();
  const told: string[] = [];
  const reflection = reflect(
    source,
    PODS,
    {
      initial,
      onChange: ({ type, object }) => told.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`),
      backoff: { initial: 1, max: 2 },
    },
    stopping.signal,
  );
  await expect.poll(until, { interval: 5 }).toBe(true);
  stopping.abort();
  await reflection.done;
  return { told, reflection };
}

describe('a reflection', () => {
  it('lists, then follows from that revision', async () => {
    const source = new Script(
      [{ items: [pod('a', '1')], resourceVersion: '5' }],
      [
        [
          { type: 'ADDED', object: pod('b', '6') },
          { type: 'DELETED', object: pod('a', '7') },
        ],
      ],
    );
    const { told, reflection } = await run(source, () => source.watchedFrom.length === 2);
    expect(told).toEqual(['ADDED a 1', 'ADDED b 6', 'DELETED a 7']);
    expect([...reflection.items.keys()]).toEqual(['default/b']);
    expect(source.watchedFrom).toEqual(['5', '7']);
  });

  it('goes on from a bookmark', async () => {
    const source = new Script(
      [{ items: [], resourceVersion: '5' }],
      [[{ type: 'BOOKMARK', object: { metadata: { resourceVersion: '90' } } }]],
    );
    await run(source, () => source.watchedFrom.length === 2);
    expect(source.watchedFrom).toEqual(['5', '90']);
    expect(source.lists).toBe(1);
  });

  it('lists again after 410 and tells only what differs', async () => {
    const source = new Script(
      [
        { items: [pod('a', '1'), pod('b', '2')], resourceVersion: '5' },
        { items: [pod('b', '2'), pod('c', '8')], resourceVersion: '9' },
      ],
      [[StatusError.expired('too old resource version')]],
    );
    const { told } = await run(source, () => source.watchedFrom.length === 2);
    expect(told).toEqual(['ADDED a 1', 'ADDED b 2', 'DELETED a 1', 'ADDED c 8']);
    expect(source.watchedFrom).toEqual(['5', '9']);
  });

  it('keeps what it knew while the API is away, and tells the differences when it is back', async () => {
    const away = StatusError.serviceUnavailable('away', 0);
    const source = new Script([away, away, { items: [pod('a', '3')], resourceVersion: '5' }], []);
    const { told } = await run(source, () => source.watchedFrom.length === 1, [pod('a', '1'), pod('b', '2')]);
    expect(told).toEqual(['DELETED b 2', 'MODIFIED a 3']);
  });

  it('tells an object that was replaced under the same name as deleted and added', async () => {
    const source = new Script(
      [{ items: [pod('a', '1', 'first')], resourceVersion: '5' }],
      [[{ type: 'ADDED', object: pod('a', '9', 'second') }]],
    );
    const { told } = await run(source, () => source.watchedFrom.length === 2);
    expect(told).toEqual(['ADDED a 1', 'DELETED a 1', 'ADDED a 9']);
  });
});
