import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecryptionError } from '../../../src/apiserver/storage/encryption.ts';
import {
  createNodeFeed,
  type EncryptionKey,
  reencrypt,
  withEncryption,
} from '../../../src/apiserver/storage/postgres/index.ts';
import { body, creation, update } from '../../contract/storage.ts';
import { type FreshStore, freshStore } from '../../support/storage.ts';

const newKey = (id: string): EncryptionKey => ({ id, key: crypto.getRandomValues(new Uint8Array(32)) });
const old = newKey('old');
const current = newKey('current');

let fresh: FreshStore;
beforeAll(async () => {
  fresh = await freshStore();
});
afterAll(() => fresh.close());

const secret = (name: string, content = 'hush') =>
  creation({ resource: 'secrets', name }, { body: body(name, { password: content }) });

/** Everything that the database holds, as text. */
async function dump(): Promise<string> {
  const rows = await fresh.db.sql`
    select row_to_json(o)::text as row from objects o union all select row_to_json(c)::text from changes c`;
  return rows.map((row) => row.row).join('\n');
}

describe('encryption at rest', () => {
  it('leaves nothing of a secret readable in the database, in the log neither', async () => {
    const store = withEncryption(fresh.store, [old], ['secrets']);
    const made = secret('a', 'first-hush');
    const [outcome] = await store.write(fresh.tenant, [
      made,
      creation({ name: 'plain' }, { body: body('plain', { open: 1 }) }),
    ]);
    const { revision } = outcome as { revision: number };
    await store.write(fresh.tenant, [update({ ...made, revision }, { body: body('a', { password: 'second-hush' }) })]);
    const text = await dump();
    expect(text).toContain('open');
    expect(text).not.toContain('hush');
  });

  it('shows every reader the body as it was written', async () => {
    const store = withEncryption(fresh.store, [old], ['secrets']);
    const owner = crypto.randomUUID();
    const made = { ...secret('b'), owners: [owner] };
    const start = await store.revision(fresh.tenant);
    const [outcome] = await store.write(fresh.tenant, [made]);
    const { revision } = outcome as { revision: number };
    const next = body('b', { password: 'new' });
    await store.write(fresh.tenant, [update({ ...made, revision }, { body: next, owners: [owner] })]);

    expect((await store.get(fresh.tenant, made))!.body).toBe(next);
    const { items } = await store.list(fresh.tenant, {
      resource: 'secrets',
      fields: [{ path: 'metadata.name', operator: '=', value: 'b' }],
    });
    expect(items.map((item) => item.body)).toEqual([next]);
    expect((await store.dependents(fresh.tenant, owner)).map((item) => item.body)).toEqual([next]);
    const inside = await store.inNamespace(fresh.tenant, 'default', 100);
    expect(inside.items.find((item) => item.uid === made.uid)!.body).toBe(next);
    const [lost] = await store.write(fresh.tenant, [update({ ...made, revision })]);
    expect(lost).toMatchObject({ result: 'conflict', current: { body: next } });
    const stop = new AbortController();
    for await (const { changes } of createNodeFeed(store).after(fresh.tenant, start, stop.signal)) {
      expect(changes.map((change) => [change.previous?.body, change.current.body])).toEqual([
        [undefined, made.body],
        [made.body, next],
      ]);
      break;
    }
  });

  it('reads what was stored before it was turned on', async () => {
    const made = secret('c');
    await fresh.store.write(fresh.tenant, [made]);
    expect((await withEncryption(fresh.store, [old], ['secrets']).get(fresh.tenant, made))!.body).toBe(made.body);
  });

  it('refuses a body that was moved to another object, or whose key is missing', async () => {
    const store = withEncryption(fresh.store, [old], ['secrets']);
    const [one, two] = [secret('d'), secret('e')];
    await store.write(fresh.tenant, [one, two]);
    await expect(withEncryption(fresh.store, [current], ['secrets']).get(fresh.tenant, one)).rejects.toThrow(
      'secrets "default/d" is encrypted with key "old", which is not configured',
    );
    await fresh.db.sql`
      update objects set body = (select body from objects where name = 'd' and resource = 'secrets')
      where name = 'e' and resource = 'secrets'`;
    await expect(store.get(fresh.tenant, two)).rejects.toThrow(DecryptionError);
    await fresh.db.sql`delete from objects where name = 'e' and resource = 'secrets'`;
  });

  it('rotates keys without a revision, after which the old key is not needed', async () => {
    const before = withEncryption(fresh.store, [old], ['secrets']);
    const many = Array.from({ length: 250 }, (_, index) => secret(`many-${index}`));
    await before.write(fresh.tenant, many);
    await fresh.store.write(fresh.tenant, [secret('clear')]);
    const revision = await fresh.store.revision(fresh.tenant);

    expect(await reencrypt(fresh.db, fresh.tenant, [current, old], ['secrets'])).toBeGreaterThan(250);
    expect(await reencrypt(fresh.db, fresh.tenant, [current, old], ['secrets'])).toBe(0);
    expect(await fresh.store.revision(fresh.tenant)).toBe(revision);
    const { items } = await withEncryption(fresh.store, [current], ['secrets']).list(fresh.tenant, {
      resource: 'secrets',
    });
    expect(items.find((item) => item.name === 'many-249')!.body).toBe(many[249]!.body);
    const stored = await fresh.db.sql`select body from objects where resource = 'secrets'`;
    expect(stored.every((row) => (row.body as string).startsWith('enc:1:current:'))).toBe(true);
  });
});
