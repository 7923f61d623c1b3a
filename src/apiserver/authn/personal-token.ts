import { AUTHENTICATED } from '../request/user.ts';
import type { Authenticated, TokenAuthenticator } from './contract.ts';
import { rejected } from './rejected.ts';

/** What tenancy knows of a token that is valid now. Its `token` text was presented by someone. */
export interface KnownToken {
  id: string;
  tenant: string;
  user: { name: string; uid?: string };
  groups: readonly string[];
  expiresAt?: Date;
}

/** undefined when there is no such token, or it is revoked or expired. */
export type TokenLookup = (token: string) => Promise<KnownToken | undefined>;

const PREFIX = 'kdg.';

/**
 * Authenticates personal, admin and node tokens, which are random and known only by their hash. They are meant for the
 * API server alone, whose audiences `apiAudiences` tells: a review that asks for others refuses them.
 */
export function personalTokenAuthenticator(
  lookup: TokenLookup,
  apiAudiences: (tenant: string) => readonly string[] = () => [],
): TokenAuthenticator {
  return {
    async authenticate(token, audiences): Promise<Authenticated | undefined> {
      if (!token.startsWith(PREFIX)) return undefined;
      const known = await lookup(token);
      if (known === undefined) throw rejected('token is unknown, revoked or expired');
      const meant = audiences?.filter((audience) => apiAudiences(known.tenant).includes(audience));
      if (meant?.length === 0) throw rejected('token is not meant for these audiences');
      return {
        tenant: known.tenant,
        user: {
          name: known.user.name,
          ...(known.user.uid === undefined ? {} : { uid: known.user.uid }),
          groups: known.groups.includes(AUTHENTICATED) ? known.groups : [...known.groups, AUTHENTICATED],
          extra: { 'authentication.kubernetes.io/credential-id': [`TOKEN=${known.id}`] },
        },
        ...(meant === undefined ? {} : { audiences: meant }),
        ...(known.expiresAt === undefined ? {} : { expiresAt: known.expiresAt }),
      };
    },
  };
}
