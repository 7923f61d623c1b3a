import type { RequestInfo } from '../request/info.ts';
import type { UserInfo } from '../request/user.ts';

export interface Attributes {
  tenant: string;
  user: UserInfo;
  request: Pick<
    RequestInfo,
    'verb' | 'isResourceRequest' | 'path' | 'group' | 'version' | 'namespace' | 'resource' | 'subresource' | 'name'
  > &
    Partial<Pick<RequestInfo, 'fieldSelector'>>;
}

export interface Decision {
  decision: 'allow' | 'deny' | 'noOpinion';
  /** Shown to the caller after the forbidden message, as upstream's RBAC does; may be empty. */
  reason: string;
}

export interface Authorizer {
  authorize(attributes: Attributes): Promise<Decision>;
}
