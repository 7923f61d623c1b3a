/** How the authentication kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules } from '../merge-rules.ts';

export const authenticationMergeRules: MergeRules = inPackage('io.k8s.api.authentication.v1', {
  TokenRequestSpec: {
    audiences: atomic,
  },
  TokenReviewSpec: {
    audiences: atomic,
  },
  TokenReviewStatus: {
    audiences: atomic,
  },
  UserInfo: {
    groups: atomic,
  },
});
