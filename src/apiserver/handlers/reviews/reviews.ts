/** Kinds that are answered, not stored: access, token and self-subject reviews. */
import type { UnknownObject } from '../../../meta/object.ts';
import { own } from '../../../meta/own.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { admissionRequest } from '../../registry/context.ts';
import type { AnsweredKind } from '../../registry/contract.ts';
import { pass } from '../../registry/pipeline.ts';
import { decodeObject } from '../decode-object.ts';
import { type ApiRequest, writeOptions } from '../request.ts';
import { respondValue } from '../respond.ts';
import { reviewAccess, reviewLocalAccess, reviewOwnAccess, reviewOwnRules } from './access.ts';
import { reviewSelf, reviewTokenRequest } from './authentication.ts';
import type { ReviewObject } from './review-object.ts';

/** The status of the answer. */
type Review = (request: ApiRequest, object: ReviewObject) => Promise<object>;

/** By group/kind, whatever the version. */
const REVIEWS: Readonly<Record<string, Review>> = {
  'authentication.k8s.io/SelfSubjectReview': reviewSelf,
  'authentication.k8s.io/TokenReview': reviewTokenRequest,
  'authorization.k8s.io/LocalSubjectAccessReview': reviewLocalAccess,
  'authorization.k8s.io/SelfSubjectAccessReview': reviewOwnAccess,
  'authorization.k8s.io/SelfSubjectRulesReview': reviewOwnRules,
  'authorization.k8s.io/SubjectAccessReview': reviewAccess,
};

export async function handleReview(request: ApiRequest, kind: AnsweredKind): Promise<Response> {
  const { info } = request;
  const review = own(REVIEWS, `${kind.group}/${kind.kind}`);
  if (review === undefined) throw new Error(`nothing answers a ${kind.kind} of ${kind.group}`);
  if (info.verb !== 'create' || info.name !== '' || kind.namespaced !== (info.namespace !== '')) {
    throw StatusError.methodNotAllowed(kind, info.verb);
  }
  const { deps, tenant, user } = request;
  const options = writeOptions(request, 'CreateOptions');
  const object = await decodeObject<ReviewObject>(request, kind, options.fieldValidation);
  const scope = { tenant, user, namespace: info.namespace, definition: kind };
  const admission = admissionRequest(scope, 'CREATE', '', '', options);
  admission.object = object as unknown as UnknownObject;
  await pass(deps, admission, kind);
  return respondValue(request, { ...object, status: await review(request, object) }, 201);
}
