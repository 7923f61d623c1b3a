/** authentication.k8s.io/v1: whose token is this, and who am I (`kubectl auth whoami`). */
import { reviewedUser, reviewToken } from '../../authn/token-review.ts';
import type { ApiRequest } from '../request.ts';
import type { ReviewObject } from './review-object.ts';

export async function reviewTokenRequest(request: ApiRequest, object: ReviewObject): Promise<object> {
  const spec = (object.spec ?? {}) as { token?: string; audiences?: string[] };
  return reviewToken(request.deps.authenticator, request.tenant, spec);
}

export async function reviewSelf(request: ApiRequest): Promise<object> {
  return { userInfo: reviewedUser(request.user) };
}
