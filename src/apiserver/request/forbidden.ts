import type { RequestInfo } from './info.ts';
import type { UserInfo } from './user.ts';

/** Why a request is forbidden, as upstream's responsewriters.ForbiddenMessage, with the authorizer's reason. */
export function forbiddenMessage(user: UserInfo, asked: Omit<RequestInfo, 'prefix' | 'rest'>, reason: string): string {
  const name = JSON.stringify(user.name);
  const suffix = reason === '' ? '' : `: ${reason}`;
  if (!asked.isResourceRequest) return `User ${name} cannot ${asked.verb} path ${JSON.stringify(asked.path)}${suffix}`;
  const resource = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const where = asked.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(asked.namespace)}`;
  return `User ${name} cannot ${asked.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(asked.group)} ${where}${suffix}`;
}
