import { answered } from '../built-in.ts';
import type { BuiltInGroup } from '../group.ts';

export const authentication: BuiltInGroup = {
  group: 'authentication.k8s.io',
  answered: [
    answered('io.k8s.api.authentication.v1.SelfSubjectReview', { namespaced: false }),
    answered('io.k8s.api.authentication.v1.TokenReview', { namespaced: false }),
  ],
  bodies: ['io.k8s.api.authentication.v1.TokenRequest'],
};
