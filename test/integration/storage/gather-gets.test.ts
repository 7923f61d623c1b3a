import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ObjectKey, Store } from '../../../src/apiserver/storage/contract.ts';
import { UnavailableError } from '../../../src/apiserver/storage/errors.ts';
import { createPostgresStore, ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import { connect } from '../../../src/db/connection.ts';
import { creation, namespace } from '../../contract/storage.ts';
import { type FreshStore, freshStore } from '../../support/storage.ts';

let fresh: FreshStore;
let store: Store;

const key = (name: string, resource = 'configmaps'): ObjectKey => ({ resource, namespace: 'default', name });

beforeAll(async () => {
  fresh = await freshStore();
  store = createPostgresStore(fresh.db, { gatherGets: true });
});

afterAll(() => fresh.close());

it('answers each of many reads at once with its own object, or with none', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `object-${index}`);
  await store.write(
    fresh.tenant,
    names.map((name) => creation({ name })),
  );
  const asked = names.flatMap((name) => [name, `${name}-absent`, 'object-7', 'nul\0', 'quote"\\{,}']);
  const found = await Promise.all(asked.map((name) => store.get(fresh.tenant, key(name))));
  expect(found.map((each) => each?.name)).toEqual(asked.map((name) => (names.includes(name) ? name : undefined)));
  const alone = await store.get(fresh.tenant, key('object-7'));
  expect(alone).toBeDefined();
  expect(found[asked.indexOf('object-7')]).toEqual(alone);
});

it('keeps tenants and resources apart', async () => {
  await ensureTenant(fresh.db, 'other');
  await store.write('other', [namespace('default'), creation({ name: 'shared' })]);
  await store.write(fresh.tenant, [creation({ name: 'shared' })]);
  const [mine, others, secret, ...rest] = await Promise.all([
    store.get(fresh.tenant, key('shared')),
    store.get('other', key('shared')),
    store.get('other', key('shared', 'secrets')),
    ...Array.from({ length: 8 }, () => store.get('other', key('shared'))),
  ]);
  expect(mine?.uid).not.toBe(others?.uid);
  expect(secret).toBeUndefined();
  expect(rest.map((each) => each?.uid)).toEqual(rest.map(() => others?.uid));
});

it('shows a write that was acknowledged before the read, however many reads are under way', async () => {
  let busy = true;
  const readers = Array.from({ length: 8 }, async () => {
    while (busy) await store.get(fresh.tenant, key('object-1'));
  });
  try {
    for (let index = 0; index < 50; index++) {
      await store.write(fresh.tenant, [creation({ name: `written-${index}` })]);
      expect(await store.get(fresh.tenant, key(`written-${index}`))).toBeDefined();
    }
  } finally {
    busy = false;
    await Promise.all(readers);
  }
});

it('tells every reader when the database is away', async () => {
  const db = connect('postgres://nobody@127.0.0.1:1/none');
  const away = createPostgresStore(db, { gatherGets: true });
  const reads = await Promise.allSettled(Array.from({ length: 5 }, () => away.get(fresh.tenant, key('object-1'))));
  for (const read of reads) expect(read).toMatchObject({ status: 'rejected', reason: expect.any(UnavailableError) });
  await db.close();
});
