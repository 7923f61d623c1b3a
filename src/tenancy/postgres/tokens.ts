/** The table `tokens`: one statement an operation. */
import type { Database } from '../../db/connection.ts';
import {
  type CreatedToken,
  generateToken,
  hashToken,
  type NewToken,
  type TokenRecord,
  tenantOfToken,
} from '../tokens.ts';

interface Row {
  id: string;
  tenant: string;
  user_name: string;
  user_uid: string;
  groups: string[];
  description: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** Makes a token. Its text is in the answer only; the database keeps a hash. */
export async function createToken(db: Database, spec: NewToken): Promise<CreatedToken> {
  const token = generateToken(spec.tenant);
  if (tenantOfToken(token) === undefined) throw new Error(`"${spec.tenant}" is not a tenant's name`);
  const hash = await hashToken(token);
  const id = crypto.randomUUID();
  await db.query(
    'tokens.create',
    (sql) => sql`
      insert into tokens (tenant, hash, id, user_name, user_uid, groups, description, expires_at)
      values (${spec.tenant}, ${hash}, ${id}, ${spec.user.name}, ${spec.user.uid ?? ''},
        ${sql.typed.textArray(spec.groups)}, ${spec.description}, ${spec.expiresAt ?? null})
      on conflict (tenant, hash) do nothing`,
  );
  return { token, id };
}

/** The token's record when it is valid now: known, not revoked, not expired (by the database's clock). */
export async function lookupToken(db: Database, token: string): Promise<TokenRecord | undefined> {
  const tenant = tenantOfToken(token);
  if (tenant === undefined) return undefined;
  const hash = await hashToken(token);
  const rows = await db.query(
    'tokens.lookup',
    (sql) => sql<Row[]>`
      select id, tenant, user_name, user_uid, groups, description, created_at, expires_at, revoked_at
      from tokens
      where tenant = ${tenant} and hash = ${hash} and revoked_at is null
        and (expires_at is null or expires_at > now())`,
  );
  return rows[0] && recordOf(rows[0]);
}

/** Ends a token now. False when the tenant has no such token, or it was revoked before. */
export async function revokeToken(db: Database, tenant: string, id: string): Promise<boolean> {
  const rows = await db.query(
    'tokens.revoke',
    (sql) => sql`
      update tokens set revoked_at = now()
      where tenant = ${tenant} and id::text = ${id} and revoked_at is null
      returning id`,
  );
  return rows.length > 0;
}

/** Ends a tenant's tokens that were made for one purpose. */
export async function revokeTokensDescribed(db: Database, tenant: string, description: string): Promise<void> {
  await db.query(
    'tokens.revokeDescribed',
    (sql) => sql`
      update tokens set revoked_at = now()
      where tenant = ${tenant} and description = ${description} and revoked_at is null`,
  );
}

/** A tenant's tokens, newest first, with those revoked or expired; `user` narrows to one person's. */
export async function listTokens(db: Database, tenant: string, user?: string): Promise<TokenRecord[]> {
  const rows = await db.query(
    'tokens.list',
    (sql) => sql<Row[]>`
      select id, tenant, user_name, user_uid, groups, description, created_at, expires_at, revoked_at
      from tokens
      where tenant = ${tenant} and (${user ?? null}::text is null or user_name = ${user ?? null})
      order by created_at desc, id`,
  );
  return rows.map(recordOf);
}

function recordOf(row: Row): TokenRecord {
  return {
    id: row.id,
    tenant: row.tenant,
    user: row.user_uid === '' ? { name: row.user_name } : { name: row.user_name, uid: row.user_uid },
    groups: row.groups,
    description: row.description,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
