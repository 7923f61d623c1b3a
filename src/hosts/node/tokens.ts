/** Personal tokens for whoever can reach the database: the operator's commands, before and beside the API. */
import { connect } from '../../db/connection.ts';
import { createToken, listTokens, revokeToken } from '../../tenancy/postgres/tokens.ts';
import type { CreatedToken, NewToken, TokenRecord } from '../../tenancy/tokens.ts';

export interface TokenDesk {
  create(token: NewToken): Promise<CreatedToken>;
  list(tenant: string): Promise<TokenRecord[]>;
  /** False when there is no such token, or it was revoked before. */
  revoke(tenant: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}

export function openTokenDesk(databaseUrl: string): TokenDesk {
  const db = connect(databaseUrl, { max: 1 });
  return {
    create: (token) => createToken(db, token),
    list: (tenant) => listTokens(db, tenant),
    revoke: (tenant, id) => revokeToken(db, tenant, id),
    close: () => db.close(),
  };
}
