/** Kinds that are answered, not stored: access, token and self-subject reviews. */
import type { UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { admissionRequest } from '../../registry/context.ts';
import { pass } from '../../registry/door.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeObject } from '../decode-object.ts';
import type { ApiRequest } from '../request.ts';
import { respondValue } from '../respond.ts';
import { reviewAccess, reviewLocalAccess, reviewOwnAccess, reviewOwnRules } from './access.ts';
import { reviewSelf, reviewTokenRequest } from './authentication.ts';
import type { ReviewObject } from './review-object.ts';

export interface ReviewDefinition {
  group: string;
  version: string;
  kind: string;
  resource: string;
  singular: string;
  namespaced: boolean;
  verbs: readonly ['create'];
  /** The status of the answer. */
  review(request: ApiRequest, object: ReviewObject): Promise<object>;
}

function definition(
  group: string,
  kind: string,
  namespaced: boolean,
  review: ReviewDefinition['review'],
): ReviewDefinition {
  const singular = kind.toLowerCase();
  return { group, version: 'v1', kind, resource: `${singular}s`, singular, namespaced, verbs: ['create'], review };
}

export const REVIEWS: readonly ReviewDefinition[] = [
  definition('authentication.k8s.io', 'SelfSubjectReview', false, reviewSelf),
  definition('authentication.k8s.io', 'TokenReview', false, reviewTokenRequest),
  definition('authorization.k8s.io', 'LocalSubjectAccessReview', true, reviewLocalAccess),
  definition('authorization.k8s.io', 'SelfSubjectAccessReview', false, reviewOwnAccess),
  definition('authorization.k8s.io', 'SelfSubjectRulesReview', false, reviewOwnRules),
  definition('authorization.k8s.io', 'SubjectAccessReview', false, reviewAccess),
];

export function findReview(group: string, version: string, resource: string): ReviewDefinition | undefined {
  return REVIEWS.find((each) => each.group === group && each.version === version && each.resource === resource);
}

export async function handleReview(request: ApiRequest, review: ReviewDefinition): Promise<Response> {
  const { info } = request;
  if (info.verb !== 'create' || info.name !== '' || review.namespaced !== (info.namespace !== '')) {
    throw StatusError.methodNotAllowed(review, info.verb);
  }
  const { deps, tenant, user } = request;
  const options = parseWriteOptions(request.query, 'CreateOptions');
  const kind = deps.catalog.body(review.group, review.version, review.kind);
  const object = await decodeObject<ReviewObject>(request, kind, options.fieldValidation);
  const scope = { tenant, user, namespace: info.namespace, definition: review };
  const admission = admissionRequest(scope, 'CREATE', '', '', options.dryRun);
  admission.object = object as unknown as UnknownObject;
  await pass(deps, admission);
  return respondValue(request, { ...object, status: await review.review(request, object) }, 201);
}
