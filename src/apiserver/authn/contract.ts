import type { UserInfo } from '../request/user.ts';

export interface Authenticated {
  /** The tenant the credential belongs to. */
  tenant: string;
  user: UserInfo;
  /** The asked audiences that the token is meant for; absent when the credential is not bound to audiences. */
  audiences?: readonly string[];
  /** When the credential stops being valid; absent: not by itself. */
  expiresAt?: Date;
}

/** Turns a bearer token into a user. undefined: not mine. A StatusError (401) ends the search. */
export interface TokenAuthenticator {
  /**
   * `audiences`: what the token must be meant for (TokenReview); absent: this API server. `tenant`: whose API is asked,
   * where the path tells; only a credential that names no tenant itself is looked for there.
   */
  authenticate(token: string, audiences?: readonly string[], tenant?: string): Promise<Authenticated | undefined>;
}
