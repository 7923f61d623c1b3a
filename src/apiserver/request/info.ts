/** What a request asks for, found from method, path and query alone (apiserver's RequestInfo). */
import { nameIsPathSegment } from '../../meta/names.ts';
import { own } from '../../meta/own.ts';
import { parseFieldSelector } from '../../meta/selectors.ts';
import { StatusError } from '../../meta/status-error.ts';

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
  /** The `fieldSelector` of a list or watch, as it was sent; absent: none. An authorizer may allow what it narrows. */
  fieldSelector?: string;
  /** Path segments after the resource's name and subresource (proxy). */
  rest: readonly string[];
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a Namespace itself; any other third segment is a resource inside the namespace. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** How upstream's ParameterCodec reads a boolean: present means true, unless it says "false" or "0". */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/**
 * Parses a path (without tenant prefix) as upstream's RequestInfoFactory: `/api/v1/…` and `/apis/<group>/<version>/…`
 * are resource requests, all else is not. The deprecated `/watch/` path segment is understood.
 */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const info: RequestInfo = {
    verb: method.toLowerCase(),
    isResourceRequest: false,
    path,
    prefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    rest: [],
  };
  let parts = segmentsOf(path);
  const prefix = parts[0];
  if ((prefix !== 'api' && prefix !== 'apis') || parts.length < (prefix === 'api' ? 3 : 4)) return info;

  info.isResourceRequest = true;
  info.prefix = prefix;
  if (prefix === 'apis') info.group = parts[1] as string;
  info.version = parts[prefix === 'api' ? 1 : 2] as string;
  parts = parts.slice(prefix === 'api' ? 2 : 3);
  info.verb = own(VERBS, method) ?? method.toLowerCase();

  const watchPath = parts[0] === 'watch' && parts.length > 1;
  if (watchPath) {
    parts = parts.slice(1);
    info.verb = 'watch';
  }
  if (parts[0] === 'namespaces') {
    if (parts.length > 1) {
      info.namespace = parts[1] as string;
      if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] as string)) parts = parts.slice(2);
    }
  }
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  info.subresource = parts[2] ?? '';
  if (parts.length > 3) info.rest = parts.slice(3);

  if (info.name === '' && info.verb === 'get') {
    info.verb = isTrue(query.get('watch')) ? 'watch' : 'list';
  } else if (info.name === '' && info.verb === 'delete') {
    info.verb = 'deletecollection';
  }
  if (info.name === '' && (info.verb === 'list' || info.verb === 'watch')) {
    // An authorizer may then allow a list of exactly one name, as upstream's.
    const fieldSelector = query.get('fieldSelector') ?? '';
    info.name = nameSelected(fieldSelector);
    if (fieldSelector !== '') info.fieldSelector = fieldSelector;
  }
  return info;
}

/**
 * The name that a field selector pins `metadata.name` to, or ''. Read by the one parser of selectors: what is authorized
 * here and what is selected later must never be two readings of one text.
 */
function nameSelected(fieldSelector: string): string {
  // Most lists select nothing; a selector that cannot be read is refused when the list is made.
  if (!fieldSelector.includes('metadata.name')) return '';
  try {
    const name = exactName(fieldSelector) ?? '';
    return nameIsPathSegment(name, false).length === 0 ? name : '';
  } catch (error) {
    if (error instanceof StatusError) return '';
    throw error;
  }
}

function exactName(fieldSelector: string): string | undefined {
  return parseFieldSelector(fieldSelector).find(({ path, operator }) => path === 'metadata.name' && operator === '=')
    ?.value;
}

/**
 * The field selector of a list or watch, which selects no other name than the one that was authorized: that of the path
 * (deprecated `/watch/…/name`) or of the selector itself. Throws 400 where they differ, as upstream.
 */
export function namedFieldSelector({ name }: Pick<RequestInfo, 'name'>, fieldSelector: string): string {
  if (name === '') return fieldSelector;
  if (fieldSelector === '') return `metadata.name=${name.replaceAll(/[\\,=]/g, '\\$&')}`;
  if (exactName(fieldSelector) === name) return fieldSelector;
  throw StatusError.badRequest("fieldSelector metadata.name doesn't match requested name");
}

function segmentsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return path.includes('%') ? parts.map(decoded) : parts;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
