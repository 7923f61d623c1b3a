import { StatusError } from '../../meta/status-error.ts';
import type { Attributes, Authorizer } from './contract.ts';

/** What a user may not do, in upstream's words: `User "x" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function forbiddenMessage({ user, request }: Attributes): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${request.verb}`;
  if (!request.isResourceRequest) return `${who} path ${JSON.stringify(request.path)}`;
  const resource = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const what = `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(request.group)}`;
  return request.namespace === ''
    ? `${what} at the cluster scope`
    : `${what} in the namespace ${JSON.stringify(request.namespace)}`;
}

/** The 403 of a request that was not allowed, with the authorizers' reason behind it when there is one. */
export function forbiddenError(attributes: Attributes, reason = ''): StatusError {
  const { request } = attributes;
  const detail = reason === '' ? forbiddenMessage(attributes) : `${forbiddenMessage(attributes)}: ${reason}`;
  if (!request.isResourceRequest) return new StatusError(403, 'Forbidden', `forbidden: ${detail}`, {});
  return StatusError.forbidden({ group: request.group, resource: request.resource }, request.name, detail);
}

/** Throws the 403 unless the request is allowed. */
export async function assertAllowed(authorizer: Authorizer, attributes: Attributes): Promise<void> {
  const { decision, reason } = await authorizer.authorize(attributes);
  if (decision !== 'allow') throw forbiddenError(attributes, reason);
}
