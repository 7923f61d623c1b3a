/** What a request asks for, found from method, path and query alone (apiserver's RequestInfo). */
export interface RequestInfo {
  /** get, list, watch, create, update, patch, delete, deletecollection; lower-case HTTP method for non-resources. */
  verb: string;
  isResourceRequest: boolean;
  /** Path without the tenant prefix. */
  path: string;
  /** "api" or "apis" for resource requests. */
  prefix: string;
  group: string;
  version: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** Path segments after the resource's name and subresource (proxy). */
  rest: readonly string[];
}
