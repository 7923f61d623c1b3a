/** authorization.k8s.io/v1: may a user do that? What `kubectl auth can-i` asks. */
import { type FieldError, invalid, required } from '../../../meta/field-error.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { Attributes } from '../../authz/contract.ts';
import { reviewRules } from '../../authz/rules-review.ts';
import type { UserInfo } from '../../request/user.ts';
import type { ApiRequest } from '../request.ts';
import type { ReviewObject } from './review-object.ts';

interface AccessSpec {
  resourceAttributes?: {
    namespace?: string;
    verb?: string;
    group?: string;
    version?: string;
    resource?: string;
    subresource?: string;
    name?: string;
  };
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

export async function reviewOwnAccess(request: ApiRequest, object: ReviewObject): Promise<object> {
  const spec = specOf(object);
  check('SelfSubjectAccessReview', attributeErrors(spec));
  return decide(request, request.user, spec);
}

export async function reviewAccess(request: ApiRequest, object: ReviewObject): Promise<object> {
  const spec = specOf(object);
  check('SubjectAccessReview', [...attributeErrors(spec), ...subjectErrors(spec)]);
  return decide(request, subjectOf(spec), spec);
}

export async function reviewLocalAccess(request: ApiRequest, object: ReviewObject): Promise<object> {
  const spec = specOf(object);
  const errors = [...attributeErrors(spec), ...subjectErrors(spec)];
  const { namespace } = request.info;
  if (spec.nonResourceAttributes !== undefined) {
    errors.push(
      invalid('spec.nonResourceAttributes', spec.nonResourceAttributes, 'disallowed on this kind of request'),
    );
  }
  if (spec.resourceAttributes !== undefined && (spec.resourceAttributes.namespace ?? '') !== namespace) {
    errors.push(
      invalid(
        'spec.resourceAttributes.namespace',
        spec.resourceAttributes.namespace,
        `must match metadata.namespace: ${namespace}`,
      ),
    );
  }
  check('LocalSubjectAccessReview', errors);
  return decide(request, subjectOf(spec), spec);
}

/** `kubectl auth can-i --list`. */
export async function reviewOwnRules(request: ApiRequest, object: ReviewObject): Promise<object> {
  const { namespace } = (object.spec ?? {}) as { namespace?: string };
  if (namespace === undefined || namespace === '') {
    throw StatusError.badRequest('no namespace on request');
  }
  if (request.deps.rules === undefined)
    throw StatusError.notImplemented('the authorizer of this API server lists no rules');
  return reviewRules(request.deps.rules, request.tenant, request.user, namespace);
}

function specOf(object: ReviewObject): AccessSpec {
  return (object.spec ?? {}) as AccessSpec;
}

function check(kind: string, errors: FieldError[]): void {
  if (errors.length > 0) throw StatusError.invalid({ group: 'authorization.k8s.io', kind }, '', errors);
}

function attributeErrors(spec: AccessSpec): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes != null && nonResourceAttributes != null) {
    return [
      invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (resourceAttributes == null && nonResourceAttributes == null) {
    return [
      invalid(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ];
  }
  return [];
}

function subjectErrors(spec: AccessSpec): FieldError[] {
  if ((spec.user ?? '') !== '' || (spec.groups?.length ?? 0) > 0) return [];
  return [required('spec.user', 'at least one of user or group must be specified')];
}

function subjectOf(spec: AccessSpec): UserInfo {
  return {
    name: spec.user ?? '',
    groups: spec.groups ?? [],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.extra === undefined ? {} : { extra: spec.extra }),
  };
}

async function decide(request: ApiRequest, user: UserInfo, spec: AccessSpec): Promise<object> {
  const { resourceAttributes: of, nonResourceAttributes: path } = spec;
  const attributes: Attributes['request'] = {
    verb: of?.verb ?? path?.verb ?? '',
    isResourceRequest: of != null,
    path: path?.path ?? '',
    group: of?.group ?? '',
    version: of?.version ?? '',
    namespace: of?.namespace ?? '',
    resource: of?.resource ?? '',
    subresource: of?.subresource ?? '',
    name: of?.name ?? '',
  };
  const { decision, reason } = await request.deps.authorizer.authorize({
    tenant: request.tenant,
    user,
    request: attributes,
  });
  return {
    allowed: decision === 'allow',
    ...(decision === 'deny' ? { denied: true } : {}),
    ...(reason === '' ? {} : { reason }),
  };
}
