import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyCipher, postgresSigningKeys } from '../../../src/apiserver/authn/postgres/signing-keys.ts';
import { connect, type Database } from '../../../src/db/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

let fresh: FreshDatabase;
let db: Database;
let tenant: string;
let number = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = connect(fresh.url, { max: 4 });
});
afterAll(async () => {
  await db?.close();
  await fresh?.close();
});
beforeEach(async () => {
  tenant = `tenant-${++number}`;
  await db.query('test.tenant', (sql) => sql`insert into tenants (id) values (${tenant})`);
});

async function privateTexts(): Promise<string[]> {
  const rows = await db.query(
    'test.keys',
    (sql) => sql<{ private_jwk: string }[]>`select private_jwk from signing_keys where tenant = ${tenant}`,
  );
  return rows.map((row) => row.private_jwk);
}

const data = new TextEncoder().encode('signed');

/** Reverses text; refuses another context. */
const cipher: KeyCipher = {
  seal: async (plaintext, context) => `sealed ${context} ${[...plaintext].reverse().join('')}`,
  async open(sealed, context) {
    const prefix = `sealed ${context} `;
    if (!sealed.startsWith(prefix)) throw new Error('sealed for something else');
    return [...sealed.slice(prefix.length)].reverse().join('');
  },
};

describe('signing keys', () => {
  it('are made on first use, one for all processes that ask at once', async () => {
    const processes = Array.from({ length: 4 }, () => postgresSigningKeys(db));
    const keys = await Promise.all(processes.map((each) => each.current(tenant)));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
    expect(await privateTexts()).toHaveLength(1);
  });

  it('verify in one process what another signed', async () => {
    const { kid, key } = await postgresSigningKeys(db).current(tenant);
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, data);
    const verifying = await postgresSigningKeys(db).verifying(tenant, kid);
    expect(await crypto.subtle.verify('RSASSA-PKCS1-v1_5', verifying!, signature, data)).toBe(true);
    expect(await postgresSigningKeys(db).verifying('root', kid)).toBeUndefined();
  });

  it('go on verifying after rotation, here and where the old set is still remembered', async () => {
    let now = Date.now();
    const here = postgresSigningKeys(db);
    const elsewhere = postgresSigningKeys(db, { now: () => now });
    const old = await here.current(tenant);
    await elsewhere.current(tenant);
    const kid = await here.rotate(tenant);
    expect((await here.current(tenant)).kid).toBe(kid);
    expect(await here.verifying(tenant, old.kid)).toBeDefined();
    expect((await here.published(tenant)).map((key) => key.kid)).toEqual([kid, old.kid]);
    now += 1001;
    expect(await elsewhere.verifying(tenant, kid)).toBeDefined();
    expect((await elsewhere.current(tenant)).kid).toBe(kid);
  });

  it('verify nothing more once removed', async () => {
    const keys = postgresSigningKeys(db);
    const { kid } = await keys.current(tenant);
    await keys.rotate(tenant);
    await keys.remove(tenant, kid);
    expect(await keys.verifying(tenant, kid)).toBeUndefined();
  });

  it('publish only public parts', async () => {
    const keys = postgresSigningKeys(db);
    await keys.current(tenant);
    const [published] = await keys.published(tenant);
    expect(Object.keys(published!).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('are sealed at rest when there is a cipher, and those from before still work', async () => {
    const before = await postgresSigningKeys(db).current(tenant);
    const keys = postgresSigningKeys(db, { cipher });
    expect((await keys.current(tenant)).kid).toBe(before.kid);
    const kid = await keys.rotate(tenant);
    const [sealed] = (await privateTexts()).filter((text) => text.startsWith('sealed'));
    expect(sealed).toMatch(new RegExp(`^sealed ${tenant}/signing-key/${kid} `));
    const again = await postgresSigningKeys(db, { cipher }).current(tenant);
    expect(again.key.type).toBe('private');
  });
});
