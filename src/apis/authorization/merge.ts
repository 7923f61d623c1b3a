/** How the authorization kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules } from '../merge-rules.ts';

export const authorizationMergeRules: MergeRules = inPackage('io.k8s.api.authorization.v1', {
  FieldSelectorAttributes: {
    requirements: atomic,
  },
  LabelSelectorAttributes: {
    requirements: atomic,
  },
  NonResourceRule: {
    nonResourceURLs: atomic,
    verbs: atomic,
  },
  ResourceRule: {
    apiGroups: atomic,
    resourceNames: atomic,
    resources: atomic,
    verbs: atomic,
  },
  SubjectAccessReviewSpec: {
    groups: atomic,
  },
  SubjectRulesReviewStatus: {
    nonResourceRules: atomic,
    resourceRules: atomic,
  },
});
