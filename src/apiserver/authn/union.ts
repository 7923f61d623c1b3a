import type { TokenAuthenticator } from './contract.ts';
import { rejected } from './rejected.ts';

/** Asks each in turn; the first that knows the token, or refuses it, decides. A token that none knows is a 401. */
export function unionAuthenticator(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticate(token, audiences, tenant) {
      for (const authenticator of authenticators) {
        const authenticated = await authenticator.authenticate(token, audiences, tenant);
        if (authenticated !== undefined) return authenticated;
      }
      throw rejected('invalid bearer token');
    },
  };
}
