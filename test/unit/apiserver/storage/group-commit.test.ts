import { describe, expect, it } from 'vitest';
import type { Store, Write, WriteOutcome } from '../../../../src/apiserver/storage/contract.ts';
import { UnavailableError } from '../../../../src/apiserver/storage/errors.ts';
import { withGroupCommit } from '../../../../src/apiserver/storage/group-commit.ts';
import { creation } from '../../../contract/storage.ts';

/** A store whose calls wait to be let through, and that fails on names that say so. */
function gatedStore() {
  const calls: { tenant: string; names: string[]; go(): void }[] = [];
  let revision = 0;
  const store = {
    async write(tenant: string, writes: readonly Write[]): Promise<WriteOutcome[]> {
      const names = writes.map((write) => write.name);
      await new Promise<void>((resolve) => calls.push({ tenant, names, go: resolve }));
      if (names.includes('unavailable')) throw new UnavailableError('gone');
      if (names.includes('poison')) throw new Error('refused');
      return names.map((name) => (name === 'taken' ? { result: 'exists' } : { result: 'ok', revision: ++revision }));
    },
  } as unknown as Store;
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  async function drain() {
    for (let done = 0; done < calls.length; done++) {
      calls[done]!.go();
      await settle();
    }
  }
  return { store, calls, settle, drain };
}

describe('group commit', () => {
  it('sends the first write at once and gathers those that come meanwhile', async () => {
    const { store, calls, drain } = gatedStore();
    const grouped = withGroupCommit(store);
    const answers = ['a', 'b', 'c', 'd'].map((name) => grouped.write('t', [creation({ name })]));
    expect(calls.map((call) => call.names)).toEqual([['a']]);
    await drain();
    expect(calls.map((call) => call.names)).toEqual([['a'], ['b', 'c', 'd']]);
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((revision) => [{ result: 'ok', revision }]));
  });

  it('gives each caller the outcomes of its own writes', async () => {
    const { store, drain } = gatedStore();
    const grouped = withGroupCommit(store);
    const first = grouped.write('t', [creation({ name: 'a' })]);
    const second = grouped.write('t', [creation({ name: 'taken' }), creation({ name: 'b' })]);
    const third = grouped.write('t', [creation({ name: 'taken' })]);
    await drain();
    expect(await first).toEqual([{ result: 'ok', revision: 1 }]);
    expect(await second).toEqual([{ result: 'exists' }, { result: 'ok', revision: 2 }]);
    expect(await third).toEqual([{ result: 'exists' }]);
  });

  it('does not make tenants wait for each other', () => {
    const { store, calls } = gatedStore();
    const grouped = withGroupCommit(store);
    void grouped.write('one', [creation({ name: 'a' })]);
    void grouped.write('two', [creation({ name: 'b' })]);
    expect(calls.map((call) => call.tenant)).toEqual(['one', 'two']);
  });

  it('bounds a call by writes and by size, but never splits a caller', async () => {
    const { store, calls, drain } = gatedStore();
    const grouped = withGroupCommit(store, { maxBatch: 2, maxBodies: 100 });
    const write = (...names: string[]) =>
      grouped.write(
        't',
        names.map((name) => creation({ name }, { body: '{}' })),
      );
    const large = (name: string) => grouped.write('t', [creation({ name }, { body: 'x'.repeat(99) })]);
    void write('first');
    void write('a');
    void write('b');
    void write('c', 'd', 'e');
    void large('f');
    void large('g');
    await drain();
    expect(calls.map((call) => call.names)).toEqual([['first'], ['a', 'b'], ['c', 'd', 'e'], ['f'], ['g']]);
  });

  it('lets only the caller fail whose value the database refuses', async () => {
    const { store, drain } = gatedStore();
    const grouped = withGroupCommit(store);
    const answers = Promise.allSettled(
      ['first', 'a', 'poison', 'b'].map((name) => grouped.write('t', [creation({ name })])),
    );
    await drain();
    expect((await answers).map((answer) => answer.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('repeats nothing when the database is away, because the writes may have happened', async () => {
    const { store, calls, drain } = gatedStore();
    const grouped = withGroupCommit(store);
    const answers = Promise.allSettled(
      ['first', 'a', 'unavailable'].map((name) => grouped.write('t', [creation({ name })])),
    );
    await drain();
    expect((await answers).map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(calls).toHaveLength(2);
    const later = grouped.write('t', [creation({ name: 'later' })]);
    await drain();
    expect(await later).toEqual([{ result: 'ok', revision: 2 }]);
  });

  it('reports a commit before its writers hear of it, and no commit that changed nothing', async () => {
    const { store, drain } = gatedStore();
    const heard: string[] = [];
    const grouped = withGroupCommit(store, { onCommit: (tenant) => heard.push(`commit ${tenant}`) });
    void grouped.write('t', [creation({ name: 'a' })]).then(() => heard.push('answer'));
    await drain();
    void grouped.write('t', [creation({ name: 'taken' })]).then(() => heard.push('refused'));
    await drain();
    expect(heard).toEqual(['commit t', 'answer', 'refused']);
  });
});
