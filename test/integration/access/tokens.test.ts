import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Database } from '../../../src/db/connection.ts';
import { createToken, listTokens, lookupToken, revokeToken } from '../../../src/tenancy/postgres/tokens.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

let fresh: FreshDatabase;
let db: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = connect(fresh.url, { max: 4 });
});
afterAll(async () => {
  await db?.close();
  await fresh?.close();
});

const ADA = {
  tenant: 'acme',
  user: { name: 'ada', uid: 'u-1' },
  groups: ['dev', 'a "quoted", one'],
  description: 'laptop',
};

it('finds the user of a token, and of no other text', async () => {
  const { token, id } = await createToken(db, ADA);
  expect(await lookupToken(db, token)).toEqual({ ...ADA, id, createdAt: expect.any(Date) });
  const changed = token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A');
  for (const wrong of [changed, token.replace('acme', 'other'), 'kdg.acme', 'garbage', '']) {
    expect(await lookupToken(db, wrong), wrong).toBeUndefined();
  }
});

it('keeps nothing from which a token could be had again', async () => {
  const { token } = await createToken(db, { ...ADA, tenant: 'hash', user: { name: 'eve' } });
  const rows = await db.query('test.tokens', (sql) => sql`select t::text as row from tokens t where tenant = 'hash'`);
  const secret = token.split('.')[2]!;
  expect(rows).toHaveLength(1);
  expect(rows[0]!.row).not.toContain(secret);
  const hex = [...new TextEncoder().encode(token)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  expect(rows[0]!.row).not.toContain(hex);
});

it('stops knowing a revoked token, and revokes within one tenant only', async () => {
  const { token, id } = await createToken(db, ADA);
  expect(await revokeToken(db, 'other', id)).toBe(false);
  expect(await lookupToken(db, token)).toBeDefined();
  expect(await revokeToken(db, 'acme', id)).toBe(true);
  expect(await lookupToken(db, token)).toBeUndefined();
  expect(await revokeToken(db, 'acme', id)).toBe(false);
  expect(await revokeToken(db, 'acme', 'not-a-uuid')).toBe(false);
});

it('stops knowing a token when its time is over', async () => {
  const expired = await createToken(db, { ...ADA, expiresAt: new Date(Date.now() - 1000) });
  const valid = await createToken(db, { ...ADA, expiresAt: new Date(Date.now() + 3_600_000) });
  expect(await lookupToken(db, expired.token)).toBeUndefined();
  expect((await lookupToken(db, valid.token))?.expiresAt?.getTime()).toBeGreaterThan(Date.now());
});

it('lists the tokens of a tenant, or of one of its users, without their secrets', async () => {
  const spec = { tenant: 'list', groups: [], description: 'd' };
  const first = await createToken(db, { ...spec, user: { name: 'ada' } });
  const second = await createToken(db, { ...spec, user: { name: 'bob' } });
  await revokeToken(db, 'list', first.id);
  const all = await listTokens(db, 'list');
  expect(all.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(all[1]?.revokedAt).toBeInstanceOf(Date);
  expect((await listTokens(db, 'list', 'bob')).map(({ id }) => id)).toEqual([second.id]);
  expect(await listTokens(db, 'nobody')).toEqual([]);
  expect(JSON.stringify(all)).not.toContain(second.token.split('.')[2]);
});

it('makes no token for what cannot be a tenant', async () => {
  await expect(createToken(db, { ...ADA, tenant: 'a.b' })).rejects.toThrow('"a.b" is not a tenant\'s name');
});
