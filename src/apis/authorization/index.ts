import { answered } from '../built-in.ts';
import type { BuiltInGroup } from '../group.ts';

export const authorization: BuiltInGroup = {
  group: 'authorization.k8s.io',
  answered: [
    answered('io.k8s.api.authorization.v1.LocalSubjectAccessReview', { namespaced: true }),
    answered('io.k8s.api.authorization.v1.SelfSubjectAccessReview', { namespaced: false }),
    answered('io.k8s.api.authorization.v1.SelfSubjectRulesReview', { namespaced: false }),
    answered('io.k8s.api.authorization.v1.SubjectAccessReview', { namespaced: false }),
  ],
};
