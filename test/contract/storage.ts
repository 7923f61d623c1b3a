/**
 * What every Store must do (src/apiserver/storage/contract.ts). Uses nothing of a host, so that it also runs inside
 * workerd: `it` and `expect` are handed in.
 */
import type { ExpectStatic } from 'vitest';
import type {
  CreateWrite,
  DeleteWrite,
  ListQuery,
  ObjectKey,
  Store,
  StoredObject,
  UpdateWrite,
  Write,
  WriteOutcome,
} from '../../src/apiserver/storage/contract.ts';
import { RevisionAheadError, RevisionExpiredError, TenantNotFoundError } from '../../src/apiserver/storage/errors.ts';

export interface StorageContractSuite {
  it(title: string, run: () => Promise<void>): void;
  expect: ExpectStatic;
  store(): Store;
  /** Makes a tenant without objects. */
  newTenant(): Promise<string>;
  /** What the store was told to keep, in seconds. */
  retentionSeconds: number;
}

/** JSON text as the registry would store it. */
export function body(name: string, content: Record<string, unknown> = {}): string {
  return `{"metadata":{"name":${JSON.stringify(name)}},"data":${JSON.stringify(content)}}`;
}

export function creation(key: Partial<ObjectKey> & { name: string }, rest: Partial<CreateWrite> = {}): CreateWrite {
  return {
    op: 'create',
    resource: 'configmaps',
    namespace: 'default',
    uid: crypto.randomUUID(),
    labels: {},
    fields: {},
    owners: [],
    body: body(key.name),
    ...key,
    ...rest,
  };
}

export function namespace(name: string, phase = 'Active'): CreateWrite {
  return creation({ resource: 'namespaces', namespace: '', name }, { fields: { 'status.phase': phase } });
}

type Known = ObjectKey & { uid: string; revision: number };

export function update(known: Known, rest: Partial<UpdateWrite> = {}): UpdateWrite {
  const { resource, namespace, name, uid, revision } = known;
  return {
    op: 'update',
    resource,
    namespace,
    name,
    uid,
    expectedRevision: revision,
    labels: {},
    fields: {},
    owners: [],
    body: body(name),
    ...rest,
  };
}

export function deletion({ resource, namespace, name, uid, revision }: Known): DeleteWrite {
  return { op: 'delete', resource, namespace, name, uid, expectedRevision: revision };
}

export function storageContract(suite: StorageContractSuite): void {
  const { it, expect } = suite;

  /** A tenant with the namespace "default". */
  async function cluster() {
    const store = suite.store();
    const tenant = await suite.newTenant();
    const write = (...writes: Write[]): Promise<WriteOutcome[]> => store.write(tenant, writes);
    /** Writes that must succeed; returns what they stored. */
    async function stored(...writes: CreateWrite[]): Promise<(CreateWrite & { revision: number })[]> {
      const outcomes = await write(...writes);
      return writes.map((each, index) => {
        const outcome = outcomes[index]!;
        if (outcome.result !== 'ok') throw new Error(`${each.op} ${each.name}: ${JSON.stringify(outcome)}`);
        return { ...each, revision: outcome.revision };
      });
    }
    const names = async (query: Partial<ListQuery> = {}) => {
      const { items } = await store.list(tenant, { resource: 'configmaps', ...query });
      return items.map((item) => item.name);
    };
    await stored(namespace('default'));
    return { store, tenant, write, stored, names };
  }

  const results = (outcomes: WriteOutcome[]) => outcomes.map((outcome) => outcome.result);

  it('numbers the writes of an array one after the other and makes the last the revision of the tenant', async () => {
    const { store, tenant, stored } = await cluster();
    const before = await store.revision(tenant);
    const made = await stored(creation({ name: 'a' }), creation({ name: 'b' }), creation({ name: 'c' }));
    expect(made.map((each) => each.revision)).toEqual([before + 1, before + 2, before + 3]);
    expect(await store.revision(tenant)).toBe(before + 3);
  });

  it('answers an empty array without a revision', async () => {
    const { store, tenant, write } = await cluster();
    const before = await store.revision(tenant);
    expect(await write()).toEqual([]);
    expect(await store.revision(tenant)).toBe(before);
  });

  it('answers each write of an array on its own, and those that fail leave nothing behind', async () => {
    const { store, tenant, write, stored } = await cluster();
    const [taken] = await stored(creation({ name: 'taken' }, { claims: [{ pool: 'ip', value: '1' }] }));
    const before = await store.revision(tenant);
    const outcomes = await write(
      creation({ name: 'first' }),
      creation({ name: 'taken' }, { claims: [{ pool: 'ip', value: '2' }] }),
      creation({ name: 'lost', namespace: 'nowhere' }),
      update({ ...taken!, revision: 1 }),
      creation(
        { name: 'claims' },
        {
          claims: [
            { pool: 'ip', value: '3' },
            { pool: 'ip', value: '1' },
          ],
        },
      ),
      deletion({ ...taken!, name: 'absent' }),
      creation(
        { name: 'last' },
        {
          claims: [
            { pool: 'ip', value: '2' },
            { pool: 'ip', value: '3' },
          ],
        },
      ),
    );
    expect(results(outcomes)).toEqual(['ok', 'exists', 'namespaceNotFound', 'conflict', 'claimed', 'notFound', 'ok']);
    expect(await store.revision(tenant)).toBe(before + 2);
    const { changes } = await store.changes(tenant, before, 100);
    expect(changes.map((change) => `${change.revision - before} ${change.type} ${change.name}`)).toEqual([
      '1 ADDED first',
      '2 ADDED last',
    ]);
  });

  it('lets a write see the ones before it in the array', async () => {
    const { write } = await cluster();
    const holder = creation({ name: 'x', namespace: 'made' }, { claims: [{ pool: 'ip', value: '1' }] });
    const closing = namespace('closing');
    const outcomes = await write(
      creation({ name: 'x', namespace: 'made' }),
      namespace('made'),
      holder,
      creation({ name: 'x', namespace: 'made' }),
      creation({ name: 'y', namespace: 'made' }, { claims: [{ pool: 'ip', value: '1' }] }),
      closing,
    );
    expect(results(outcomes)).toEqual(['namespaceNotFound', 'ok', 'ok', 'exists', 'claimed', 'ok']);
    const { revision } = outcomes[5] as { revision: number };
    const ended = await write(
      creation({ name: 'x', namespace: 'closing' }),
      update({ ...closing, revision }, { fields: { 'status.phase': 'Terminating' } }),
      creation({ name: 'y', namespace: 'closing' }),
    );
    expect(results(ended)).toEqual(['ok', 'ok', 'namespaceTerminating']);
  });

  it('returns an object byte for byte as it was written', async () => {
    const { store, tenant, stored } = await cluster();
    const text = `{"metadata":{"name":"odd"},"data":{"a":"\\u0000 \\ud800 \\\\ \\" ' ü 🦊","b":1.50,"a":null}}`;
    const large = body('large', { text: 'x'.repeat(1_500_000) });
    const [odd, big] = await stored(
      creation({ name: 'odd' }, { body: text }),
      creation({ name: 'large' }, { body: large }),
    );
    const { resource, namespace, name, uid, revision } = odd!;
    expect(await store.get(tenant, odd!)).toEqual({ resource, namespace, name, uid, revision, body: text });
    expect((await store.get(tenant, big!))?.body).toBe(large);
    const page = await store.changes(tenant, revision - 1, 10);
    expect(page.changes.map((change) => change.current.body)).toEqual([text, large]);
  });

  it('accepts selectable values that no database text can hold, and does not confuse the writes beside them', async () => {
    const { names, stored } = await cluster();
    await stored(
      creation({ name: 'odd' }, { fields: { reason: 'a\0b\ud800' } }),
      creation({ name: 'plain' }, { fields: { reason: 'plain' } }),
    );
    expect(await names({ fields: [{ path: 'reason', operator: '=', value: 'plain' }] })).toEqual(['plain']);
  });

  it('finds nothing under names that were never written', async () => {
    const { store, tenant, stored } = await cluster();
    await stored(creation({ name: 'a' }));
    for (const key of [{ name: 'b' }, { namespace: 'other' }, { resource: 'secrets' }, { name: 'a\0' }]) {
      const asked = { resource: 'configmaps', namespace: 'default', name: 'a', ...key };
      expect(await store.get(tenant, asked)).toBeUndefined();
    }
  });

  it('refuses to create a name that is taken', async () => {
    const { write, stored } = await cluster();
    await stored(creation({ name: 'a' }));
    expect(await write(creation({ name: 'a' }))).toEqual([{ result: 'exists' }]);
    expect(results(await write(creation({ name: 'a', resource: 'secrets' })))).toEqual(['ok']);
  });

  it('refuses to create in a namespace that is missing or terminating, but changes and deletes there', async () => {
    const { write, stored } = await cluster();
    const [space] = await stored(namespace('closing'));
    const [kept, gone] = await stored(
      creation({ name: 'kept', namespace: 'closing' }),
      creation({ name: 'gone', namespace: 'closing' }),
    );
    await write(update(space!, { fields: { 'status.phase': 'Terminating' } }));
    expect(await write(creation({ name: 'new', namespace: 'closing' }))).toEqual([{ result: 'namespaceTerminating' }]);
    expect(await write(creation({ name: 'new', namespace: 'missing' }))).toEqual([{ result: 'namespaceNotFound' }]);
    expect(results(await write(update(kept!), deletion(gone!)))).toEqual(['ok', 'ok']);
  });

  it('compares revision and uid in the write, and shows a loser what is there', async () => {
    const { write, stored } = await cluster();
    const [made] = await stored(creation({ name: 'a' }));
    const [first] = await write(update(made!, { body: body('a', { winner: 1 }) }));
    expect(first).toEqual({ result: 'ok', revision: made!.revision + 1 });
    const current: StoredObject = {
      resource: 'configmaps',
      namespace: 'default',
      name: 'a',
      uid: made!.uid,
      revision: made!.revision + 1,
      body: body('a', { winner: 1 }),
    };
    const reborn = { ...made!, revision: made!.revision + 1, uid: 'another' };
    expect(await write(update(made!), deletion(made!), update(reborn), deletion(reborn))).toEqual(
      Array(4).fill({ result: 'conflict', current }),
    );
  });

  it('answers notFound for objects that are gone', async () => {
    const { store, tenant, write, stored } = await cluster();
    const [made] = await stored(creation({ name: 'a' }));
    expect(results(await write(deletion(made!), deletion(made!), update(made!)))).toEqual([
      'ok',
      'notFound',
      'notFound',
    ]);
    expect(await store.get(tenant, made!)).toBeUndefined();
  });

  it('lets one object hold a claim until it lets go', async () => {
    const { write, stored } = await cluster();
    const one = { pool: 'clusterIP', value: '10.96.0.1' };
    const two = { pool: 'clusterIP', value: '10.96.0.2' };
    const [holder] = await stored(creation({ name: 'holder' }, { claims: [one, one] }));
    const rival = creation({ name: 'rival' }, { claims: [one] });
    expect(await write(rival)).toEqual([{ result: 'claimed', taken: { clusterIP: ['10.96.0.1'] } }]);

    const [kept] = await write(update(holder!));
    expect(results(await write(rival)), 'an update without claims keeps them').toEqual(['claimed']);
    const again = { ...holder!, revision: (kept as { revision: number }).revision };
    const [moved] = await write(update(again, { claims: [two] }));
    expect(results(await write(rival)), 'an update with others lets go').toEqual(['ok']);
    const last = creation({ name: 'last' }, { claims: [two] });
    expect(results(await write(last))).toEqual(['claimed']);
    await write(deletion({ ...holder!, revision: (moved as { revision: number }).revision }));
    expect(results(await write(last)), 'a deleted object lets go').toEqual(['ok']);
  });

  it('tells who wants what is held all that others hold of that pool, and of no other', async () => {
    const { write } = await cluster();
    const claims = (...values: [pool: string, value: string][]) => values.map(([pool, value]) => ({ pool, value }));
    await write(creation({ name: 'a' }, { claims: claims(['ip', '1'], ['port', '30000'], ['free', 'x']) }));
    const own = creation({ name: 'b' }, { claims: claims(['ip', '2'], ['ip', '3']) });
    const [made] = await write(own);
    const revision = (made as { revision: number }).revision;
    const [one, both, mine] = await write(
      creation({ name: 'c' }, { claims: claims(['ip', '2'], ['port', '30001']) }),
      creation({ name: 'd' }, { claims: claims(['ip', '1'], ['port', '30000'], ['free', 'y']) }),
      update({ ...own, revision }, { claims: claims(['ip', '1'], ['ip', '2']) }),
    );
    const taken = (outcome: unknown) =>
      Object.fromEntries(
        Object.entries((outcome as { taken: Record<string, string[]> }).taken).map(([pool, values]) => [
          pool,
          values.sort(),
        ]),
      );
    expect(taken(one)).toEqual({ ip: ['1', '2', '3'] });
    expect(taken(both)).toEqual({ ip: ['1', '2', '3'], port: ['30000'] });
    expect(taken(mine), 'what it holds itself is not taken').toEqual({ ip: ['1'] });
  });

  it('keeps equal claims of different pools and tenants apart', async () => {
    const here = await cluster();
    const there = await cluster();
    const claims = [{ pool: 'nodePort', value: '30000' }];
    await here.stored(creation({ name: 'a' }, { claims }));
    await here.stored(creation({ name: 'b' }, { claims: [{ pool: 'other', value: '30000' }] }));
    await there.stored(creation({ name: 'a' }, { claims }));
  });

  it('lists in order of namespace and name, with the revision of the snapshot', async () => {
    const { store, tenant, stored } = await cluster();
    await stored(namespace('a'), namespace('b'));
    const order = ['a/z', 'b/a', 'default/a-b', 'default/a.b', 'default/a1', 'default/b'];
    const shuffled = ['default/b', 'a/z', 'default/a.b', 'b/a', 'default/a1', 'default/a-b'];
    await stored(
      ...shuffled.map((key) => creation({ namespace: key.split('/')[0]!, name: key.split('/')[1]! })),
      creation({ resource: 'secrets', name: 'other' }),
    );
    const all = await store.list(tenant, { resource: 'configmaps' });
    expect(all.items.map((item) => `${item.namespace}/${item.name}`)).toEqual(order);
    expect(all.revision).toBe(await store.revision(tenant));
    expect(all.next).toBeUndefined();
    const one = await store.list(tenant, { resource: 'configmaps', namespace: 'b' });
    expect(one.items.map((item) => item.name)).toEqual(['a']);
    const none = await store.list(tenant, { resource: 'configmaps', namespace: 'empty' });
    expect(none).toEqual({ revision: all.revision, items: [] });
  });

  it('selects by labels as upstream does', async () => {
    const { names, stored } = await cluster();
    await stored(
      creation({ name: 'bare' }),
      creation({ name: 'web' }, { labels: { app: 'web', weight: '7' } }),
      creation({ name: 'db' }, { labels: { app: 'db', weight: 'heavy', "it's": 'odd' } }),
    );
    const by = (key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt', ...values: string[]) =>
      names({ labels: [{ key, operator, values }] });
    expect(await by('app', 'In', 'web')).toEqual(['web']);
    expect(await by('app', 'In', 'web', 'db', 'x')).toEqual(['db', 'web']);
    expect(await by('app', 'NotIn', 'web')).toEqual(['bare', 'db']);
    expect(await by('app', 'NotIn', 'web', 'db')).toEqual(['bare']);
    expect(await by('app', 'Exists')).toEqual(['db', 'web']);
    expect(await by('app', 'DoesNotExist')).toEqual(['bare']);
    expect(await by('weight', 'Gt', '6')).toEqual(['web']);
    expect(await by('weight', 'Gt', '7')).toEqual([]);
    expect(await by('weight', 'Lt', '10')).toEqual(['web']);
    expect(await by("it's", 'In', 'odd')).toEqual(['db']);
    expect(
      await names({
        labels: [
          { key: 'app', operator: 'Exists', values: [] },
          { key: 'app', operator: 'NotIn', values: ['db'] },
        ],
      }),
    ).toEqual(['web']);
  });

  it('selects by fields as upstream does, absent ones being empty', async () => {
    const { store, tenant, stored } = await cluster();
    await stored(
      creation({ resource: 'pods', name: 'a' }, { fields: { 'spec.nodeName': 'n1', 'status.phase': 'Running' } }),
      creation({ resource: 'pods', name: 'b' }, { fields: { 'spec.nodeName': 'n2', 'status.phase': 'Pending' } }),
      creation({ resource: 'pods', name: 'c' }, { fields: { 'spec.nodeName': '', 'status.phase': 'Pending' } }),
      creation({ resource: 'pods', name: 'd' }),
    );
    const by = async (...fields: [string, '=' | '!=', string][]) => {
      const requirements = fields.map(([path, operator, value]) => ({ path, operator, value }));
      const { items } = await store.list(tenant, { resource: 'pods', fields: requirements });
      return items.map((item) => item.name).join('');
    };
    expect(await by(['spec.nodeName', '=', 'n1'])).toBe('a');
    expect(await by(['spec.nodeName', '=', ''])).toBe('cd');
    expect(await by(['spec.nodeName', '!=', ''])).toBe('ab');
    expect(await by(['spec.nodeName', '!=', 'n1'])).toBe('bcd');
    expect(await by(['status.phase', '=', 'Pending'], ['spec.nodeName', '!=', ''])).toBe('b');
    expect(await by(['metadata.name', '=', 'b'])).toBe('b');
    expect(await by(['metadata.namespace', '!=', 'default'])).toBe('');
    expect(await by(['metadata.namespace', '=', 'default'], ['metadata.name', '!=', 'b'])).toBe('acd');
  });

  it('cuts a list into pages and counts what remains when there is no selector', async () => {
    const { store, tenant, stored } = await cluster();
    await stored(...['a', 'b', 'c', 'd', 'e'].map((name) => creation({ name }, { labels: { all: 'yes' } })));
    const first = await store.list(tenant, { resource: 'configmaps', limit: 2 });
    expect(first.items.map((item) => item.name)).toEqual(['a', 'b']);
    expect(first).toMatchObject({ next: { namespace: 'default', name: 'b' }, remaining: 3 });
    const rest = { resource: 'configmaps', limit: 2, atRevision: first.revision };
    const second = await store.list(tenant, { ...rest, after: first.next! });
    expect(second).toMatchObject({ revision: first.revision, next: { name: 'd' }, remaining: 1 });
    const third = await store.list(tenant, { ...rest, after: second.next! });
    expect(third.items.map((item) => item.name)).toEqual(['e']);
    expect(third.next).toBeUndefined();
    expect(third.remaining).toBeUndefined();
    const labels = [{ key: 'all', operator: 'Exists' as const, values: [] }];
    const selected = await store.list(tenant, { resource: 'configmaps', limit: 2, labels });
    expect(selected.next).toEqual({ namespace: 'default', name: 'b' });
    expect(selected.remaining).toBeUndefined();
  });

  it('gives the state as of a revision, whatever has happened since', async () => {
    const { store, tenant, write, stored } = await cluster();
    const made = await stored(
      ...['changed', 'deleted', 'reborn', 'same', 'twice'].map((name) =>
        creation({ name }, { labels: { era: 'old' }, body: body(name, { era: 'old' }) }),
      ),
    );
    const at = await store.revision(tenant);
    const then = await store.list(tenant, { resource: 'configmaps' });
    const fresh = (name: string) => ({ labels: { era: 'new' }, body: body(name, { era: 'new' }) });
    const [changed, deleted, reborn, , twice] = made;
    const [, , , once] = await write(
      update(changed!, fresh('changed')),
      deletion(deleted!),
      deletion(reborn!),
      update(twice!, fresh('twice')),
    );
    await write(
      creation({ name: 'reborn' }, fresh('reborn')),
      creation({ name: 'added' }, fresh('added')),
      deletion({ ...twice!, revision: (once as { revision: number }).revision }),
    );

    expect(await store.list(tenant, { resource: 'configmaps', atRevision: at })).toEqual(then);
    const by = async (era: string) => {
      const labels = [{ key: 'era', operator: 'In' as const, values: [era] }];
      return (await store.list(tenant, { resource: 'configmaps', atRevision: at, labels })).items.length;
    };
    expect([await by('old'), await by('new')]).toEqual([5, 0]);

    const pages: string[] = [];
    let after: ListQuery['after'];
    do {
      const query = { resource: 'configmaps', namespace: 'default', limit: 2, atRevision: at };
      const page = await store.list(tenant, after === undefined ? query : { ...query, after });
      pages.push(`${page.items.map((item) => item.name)} +${page.remaining ?? 0}`);
      after = page.next;
    } while (after !== undefined);
    expect(pages).toEqual(['changed,deleted +3', 'reborn,same +1', 'twice +0']);
  });

  it('refuses lists and changes at a revision that is not reached yet', async () => {
    const { store, tenant } = await cluster();
    const ahead = (await store.revision(tenant)) + 1;
    await expect(store.list(tenant, { resource: 'pods', atRevision: ahead })).rejects.toThrow(RevisionAheadError);
    await expect(store.changes(tenant, ahead, 10)).rejects.toThrow(RevisionAheadError);
  });

  it('keeps in each change the state after and the state before', async () => {
    const { store, tenant, write, stored } = await cluster();
    const [made] = await stored(
      creation({ name: 'a' }, { labels: { v: '1' }, fields: { phase: 'one' }, body: body('a', { v: 1 }) }),
    );
    const first = made!.revision;
    await write(update(made!, { labels: { v: '1' }, fields: { phase: 'two' }, body: body('a', { v: 2 }) }));
    await write(
      update({ ...made!, revision: first + 1 }, { labels: {}, fields: { phase: 'two' }, body: body('a', { v: 3 }) }),
    );
    await write(deletion({ ...made!, revision: first + 2 }));

    const one = { revision: first, labels: { v: '1' }, fields: { phase: 'one' }, body: body('a', { v: 1 }) };
    const two = { revision: first + 1, labels: { v: '1' }, fields: { phase: 'two' }, body: body('a', { v: 2 }) };
    const three = { revision: first + 2, labels: {}, fields: { phase: 'two' }, body: body('a', { v: 3 }) };
    const key = { resource: 'configmaps', namespace: 'default', name: 'a', uid: made!.uid };
    const page = await store.changes(tenant, first - 1, 10);
    expect(page).toEqual({
      through: first + 3,
      changes: [
        { ...key, revision: first, type: 'ADDED', current: one },
        { ...key, revision: first + 1, type: 'MODIFIED', current: two, previous: one },
        { ...key, revision: first + 2, type: 'MODIFIED', current: three, previous: two },
        { ...key, revision: first + 3, type: 'DELETED', current: { ...three, revision: first + 3 }, previous: three },
      ],
    });
  });

  it('gives changes in pages that join without gap', async () => {
    const { store, tenant, stored } = await cluster();
    const start = await store.revision(tenant);
    await stored(...Array.from({ length: 7 }, (_, index) => creation({ name: `n${index}` })));
    const seen: number[] = [];
    let position = start;
    for (;;) {
      const page = await store.changes(tenant, position, 3);
      seen.push(...page.changes.map((change) => change.revision));
      expect(page.through).toBe(page.changes.at(-1)?.revision ?? start + 7);
      if (page.changes.length === 0) break;
      position = page.through;
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, index) => start + index + 1));
  });

  it('finds the dependents of an owner in every resource', async () => {
    const { store, tenant, write, stored } = await cluster();
    const owner = crypto.randomUUID();
    const [, , moved] = await stored(
      creation({ name: 'a' }, { owners: ['other', owner] }),
      creation({ resource: 'secrets', name: 'b' }, { owners: [owner] }),
      creation({ name: 'moved' }, { owners: [owner] }),
      creation({ name: 'none' }),
    );
    await write(update(moved!, { owners: ['other'] }));
    const found = await store.dependents(tenant, owner);
    expect(found.map((object) => `${object.resource}/${object.name}`)).toEqual(['configmaps/a', 'secrets/b']);
  });

  it('finds what is in a namespace in every resource, and says whether there is more', async () => {
    const { store, tenant, stored } = await cluster();
    await stored(namespace('full'), namespace('none'));
    await stored(
      creation({ namespace: 'full', name: 'a' }),
      creation({ namespace: 'full', name: 'b', resource: 'pods' }),
      creation({ namespace: 'full', name: 'c', resource: 'secrets' }),
      creation({ namespace: 'default', name: 'd' }),
    );
    const some = await store.inNamespace(tenant, 'full', 2);
    expect(some.items.map((object) => object.name)).toEqual(['a', 'b']);
    expect(some.more).toBe(true);
    const all = await store.inNamespace(tenant, 'full', 3);
    expect(all.items.map((object) => object.resource)).toEqual(['configmaps', 'pods', 'secrets']);
    expect(all.more).toBe(false);
    expect(await store.inNamespace(tenant, 'none', 3)).toEqual({ items: [], more: false });
  });

  it('keeps tenants apart', async () => {
    const here = await cluster();
    const there = await cluster();
    const owner = crypto.randomUUID();
    const [made] = await here.stored(creation({ name: 'a' }, { owners: [owner] }));
    const before = await there.store.revision(there.tenant);
    expect(await there.store.get(there.tenant, made!)).toBeUndefined();
    expect(await there.names()).toEqual([]);
    expect(await there.store.dependents(there.tenant, owner)).toEqual([]);
    expect(results(await there.write(deletion(made!)))).toEqual(['notFound']);
    expect(await there.store.changes(there.tenant, before, 10)).toEqual({ changes: [], through: before });
  });

  it('knows no tenant that was not made', async () => {
    const store = suite.store();
    const nobody = `nobody-${crypto.randomUUID()}`;
    await expect(store.write(nobody, [namespace('default')])).rejects.toThrow(TenantNotFoundError);
    await expect(store.list(nobody, { resource: 'pods' })).rejects.toThrow(TenantNotFoundError);
    await expect(store.changes(nobody, 0, 1)).rejects.toThrow(TenantNotFoundError);
    await expect(store.revision(nobody)).rejects.toThrow(TenantNotFoundError);
  });

  // The last, because it moves the store's clock ahead.
  it('keeps changes for the retention time and then says exactly what is gone', async () => {
    const { store, tenant, write, stored } = await cluster();
    const quiet = await cluster();
    const retention = suite.retentionSeconds * 1000;
    const start = Date.now() + 24 * 3600 * 1000;
    const first = await store.revision(tenant);
    const [made] = await stored(creation({ name: 'old' }));
    await store.compact(new Date(start));
    const [later] = await write(update(made!));
    const last = (later as { revision: number }).revision;
    await store.compact(new Date(start + retention - 1000));
    expect((await store.changes(tenant, first, 10)).changes, 'before retention').toHaveLength(2);
    await store.compact(new Date(start + retention + 1000));

    await expect(store.changes(tenant, first, 10)).rejects.toThrow(new RevisionExpiredError(first, last - 1));
    const atFirst = store.list(tenant, { resource: 'configmaps', atRevision: first });
    await expect(atFirst).rejects.toThrow(RevisionExpiredError);
    const page = await store.changes(tenant, last - 1, 10);
    expect(page.changes.map((change) => change.revision)).toEqual([last]);
    const before = await store.list(tenant, { resource: 'configmaps', atRevision: last - 1 });
    expect(before.items.map((item) => item.revision)).toEqual([made!.revision]);
    const untouched = await quiet.store.revision(quiet.tenant);
    expect((await quiet.store.changes(quiet.tenant, untouched, 1)).through).toBe(untouched);
  });
}
