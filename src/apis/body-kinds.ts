/** Kinds that clients send and nobody stores: bodies of subresources, reviews, and options. */
import type { BodyKind } from '../apiserver/registry/contract.ts';
import { own } from '../meta/own.ts';
import { definitions } from './definitions.ts';

const NAMES = [
  'io.k8s.api.authentication.v1.SelfSubjectReview',
  'io.k8s.api.authentication.v1.TokenRequest',
  'io.k8s.api.authentication.v1.TokenReview',
  'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  'io.k8s.api.authorization.v1.SubjectAccessReview',
  'io.k8s.api.autoscaling.v1.Scale',
  'io.k8s.api.core.v1.Binding',
  'io.k8s.api.policy.v1.Eviction',
] as const;

/** Registered upstream in every group version; the plain one stands for all (see decodeDeleteOptions). */
const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

export const bodyKinds: readonly BodyKind[] = [
  ...NAMES.map((name) => {
    const kind = own(definitions, name)?.['x-kubernetes-group-version-kind']?.[0];
    if (kind === undefined) throw new Error(`${name} is not a derived kind`);
    return { ...kind, schema: { $ref: name }, definitions };
  }),
  { group: '', version: 'v1', kind: 'DeleteOptions', schema: { $ref: DELETE_OPTIONS }, definitions },
];
