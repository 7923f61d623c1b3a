/** From a request that may pass to the handler that answers it. */
import { own } from '../../meta/own.ts';
import { StatusError } from '../../meta/status-error.ts';
import { ROOT } from '../../meta/tenant.ts';
import { subjectOf } from '../registry/context.ts';
import { handleAttach, handleExec } from './connect/command.ts';
import { handlePortForward } from './connect/port-forward.ts';
import { handleProxy } from './connect/proxy.ts';
import { handleTunnel } from './connect/tunnel.ts';
import { handleDiscovery } from './discovery.ts';
import { handleHealth } from './health.ts';
import { type ApiRequest, forResource, type ResourceRequest } from './request.ts';
import { handleGet, handlePatch, handleUpdate, RESOURCE_HANDLERS, type ResourceHandler } from './resource.ts';
import { respondValue, responseHeaders } from './respond.ts';
import { handleReview } from './reviews/reviews.ts';
import { handleAction } from './subresources/action.ts';
import { handleEviction } from './subresources/eviction.ts';
import { handleLog } from './subresources/log.ts';
import { handleToken } from './subresources/token.ts';

/** Of subresources that are neither parts, views nor actions, by group/resource/subresource. */
const SUBRESOURCE_HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  '/pods/eviction': handleEviction,
  '/pods/log': handleLog,
  '/pods/exec': handleExec,
  '/pods/attach': handleAttach,
  '/pods/portforward': handlePortForward,
  '/pods/proxy': handleProxy,
  '/services/proxy': handleProxy,
  '/nodes/proxy': handleProxy,
  '/serviceaccounts/token': handleToken,
};

const PART_HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  get: handleGet,
  update: handleUpdate,
  patch: handlePatch,
};

export async function route(request: ApiRequest): Promise<Response> {
  const { info } = request;
  if (!info.isResourceRequest) return routePath(request);
  const served = request.surface.serving(info.group, info.version, info.resource);
  if (served?.by === 'answer') return handleReview(request, served.kind);
  if (served?.by !== 'store') {
    const linked = handleTunnel(request);
    if (linked === undefined) throw notServed();
    return linked;
  }
  const { definition } = served;
  if (definition.namespaced && info.namespace === '' && !ACROSS_NAMESPACES.has(info.verb)) throw notServed();
  // The path /namespaces/x/nodes names no resource: nodes have no namespace.
  if (!definition.namespaced && info.namespace !== '' && info.resource !== 'namespaces') throw notServed();
  const resourceRequest = forResource(request, definition);
  if (definition.deprecation !== undefined) resourceRequest.scope.warn(definition.deprecation);
  return handlerOf(resourceRequest)(resourceRequest);
}

const NAMED = new Set(['update', 'patch']);
const ACROSS_NAMESPACES = new Set(['list', 'watch']);

function handlerOf(request: ResourceRequest): ResourceHandler {
  const { definition, info } = request;
  let handler: ResourceHandler | undefined;
  if (info.name === '' && NAMED.has(info.verb)) throw StatusError.methodNotAllowed(subjectOf(definition), info.verb);
  switch (info.subresource) {
    case '':
      if (definition.verbs === undefined || definition.verbs.includes(info.verb))
        handler = own(RESOURCE_HANDLERS, info.verb);
      break;
    default:
      handler = subresourceHandler(request);
  }
  if (handler === undefined) throw StatusError.methodNotAllowed(subjectOf(definition), info.verb);
  return handler;
}

function subresourceHandler({ definition, info }: ResourceRequest): ResourceHandler | undefined {
  const subresource = own(definition.subresources, info.subresource);
  if (subresource === undefined) throw notServed();
  if (info.rest.length > 0 && info.subresource !== 'proxy') throw notServed();
  const verbs: readonly string[] = subresource.verbs;
  if (!verbs.includes(info.verb)) return undefined;
  switch (subresource.by) {
    case 'part':
    case 'view':
      return own(PART_HANDLERS, info.verb);
    case 'action':
      return (request) => handleAction(request, subresource);
    case 'handler': {
      const handler = own(SUBRESOURCE_HANDLERS, `${definition.group}/${definition.resource}/${info.subresource}`);
      if (handler === undefined) throw notServed();
      return handler;
    }
  }
}

async function routePath(request: ApiRequest): Promise<Response> {
  const { deps, info, tenant } = request;
  const { method } = request.raw;
  if (method !== 'GET' && method !== 'HEAD') throw notServed();
  switch (info.path) {
    case '/version':
    case '/version/':
      return respondValue(request, deps.version);
    case '/.well-known/openid-configuration':
      if (deps.issuerDiscovery === undefined) throw notServed();
      return respondValue(request, deps.issuerDiscovery.openIdConfiguration(tenant));
    case '/openid/v1/jwks':
      if (deps.issuerDiscovery === undefined) throw notServed();
      return new Response(JSON.stringify(await deps.issuerDiscovery.jwks(tenant)), {
        headers: responseHeaders(request, 'application/jwk-set+json'),
      });
    case '/metrics':
      return handleMetrics(request);
  }
  const response = (await handleHealth(request)) ?? (await handleDiscovery(request));
  if (response === undefined) throw notServed();
  return response;
}

async function handleMetrics(request: ApiRequest): Promise<Response> {
  // They are the process's, not a tenant's.
  if (request.deps.metrics === undefined || request.tenant !== ROOT) throw notServed();
  const { contentType, text } = await request.deps.metrics.render();
  return new Response(text, { headers: responseHeaders(request, contentType) });
}

function notServed(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** Paths that need no credentials. */
export function isPublic(path: string): boolean {
  return PUBLIC.test(path);
}

const PUBLIC = /^\/(livez|readyz|healthz|version|\.well-known\/openid-configuration|openid\/v1\/jwks)(\/|$)/;
