/** Answers authentication.k8s.io/v1 TokenReview and SelfSubjectReview. */
import { StatusError } from '../../meta/status-error.ts';
import type { UserInfo } from '../request/user.ts';
import type { TokenAuthenticator } from './contract.ts';
import { reasonOf } from './rejected.ts';

export interface TokenReviewStatus {
  authenticated?: boolean;
  user?: ReviewedUser;
  audiences?: string[];
  error?: string;
}

/** UserInfo as the authentication.k8s.io group writes it. */
export interface ReviewedUser {
  username: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

export function reviewedUser(user: UserInfo): ReviewedUser {
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(user.extra === undefined
      ? {}
      : { extra: Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]])) }),
  };
}

/**
 * The status of a TokenReview made in `tenant`. A token of another tenant is as unknown as a wrong one. Throws what is
 * not about the token (503 when the store is away).
 */
export async function reviewToken(
  authenticator: TokenAuthenticator,
  tenant: string,
  spec: { token?: string; audiences?: readonly string[] },
): Promise<TokenReviewStatus> {
  if ((spec.token ?? '') === '') throw StatusError.badRequest('token is required for TokenReview in authentication');
  const audiences = spec.audiences === undefined || spec.audiences.length === 0 ? undefined : spec.audiences;
  try {
    const found = await authenticator.authenticate(spec.token!, audiences, tenant);
    if (found === undefined || found.tenant !== tenant) return { authenticated: false, user: { username: '' } };
    return {
      authenticated: true,
      user: reviewedUser(found.user),
      ...(found.audiences === undefined ? {} : { audiences: [...found.audiences] }),
    };
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 401) throw error;
    return { user: { username: '' }, error: reasonOf(error) };
  }
}
