import type { UserInfo } from '../request/user.ts';

export interface Authenticated {
  /** The tenant the credential belongs to. */
  tenant: string;
  user: UserInfo;
}

/** Turns a bearer token into a user. undefined: not mine. A StatusError (401) ends the search. */
export interface TokenAuthenticator {
  authenticate(token: string): Promise<Authenticated | undefined>;
}
