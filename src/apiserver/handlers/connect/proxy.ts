/**
 * pods/{name}/proxy, services/{name}/proxy and nodes/{name}/proxy with every verb: the request as it came, made by the agent
 * of the node where its target runs. Names may be `[scheme:]name[:port]`.
 */
import { own } from '../../../meta/own.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { HttpTarget } from '../../../tunnel/contract.ts';
import { splitTenantPath } from '../../request/tenant.ts';
import type { ResourceRequest } from '../request.ts';
import { responseHeaders } from '../respond.ts';
import { admitConnect, handOn, tunnelOf } from './connect.ts';
import { rewriteLocation } from './location.ts';
import { nodeTarget, podTarget, type Reached, serviceTarget } from './proxy-target.ts';

/** Of the connection, or of Kedge: the target must not see who asked with which token. */
const KEPT_BACK =
  /^(authorization|connection|host|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|te|trailer|transfer-encoding|upgrade|expect|impersonate-.*)$/;

const TARGETS: Readonly<Record<string, (request: ResourceRequest) => Promise<Reached>>> = {
  pods: podTarget,
  services: serviceTarget,
  nodes: nodeTarget,
};

export async function handleProxy(request: ResourceRequest): Promise<Response> {
  const { raw, definition, upgrade, tenant } = request;
  const { base, path } = proxyPath(request);
  await admitConnect(request, { path }, false);
  const reached = await own(TARGETS, definition.resource)!(request);
  const url = new URL(raw.url);
  if (path === '' && (raw.method === 'GET' || raw.method === 'HEAD')) {
    // As upstream: relative links of the target's page would else lead past it.
    const headers = responseHeaders(request, 'text/html; charset=utf-8');
    headers.push(['location', `${base}/${url.search}`]);
    return new Response(null, { status: 301, headers });
  }
  if (request.spdy !== undefined) throw StatusError.badRequest('of upgrades, a proxy passes on WebSockets');
  const target: HttpTarget = reached.target;
  const headers = headersFor(request, base, path);
  const tunnel = tunnelOf(request);
  const targetPath = `${path === '' ? '/' : path}${url.search}`;
  if (upgrade !== undefined) {
    const { socket, protocol } = await tunnel.connect(
      tenant,
      reached.node,
      { kind: 'websocket', target, path: targetPath, headers: [...headers], protocols: [...upgrade.protocols] },
      raw.signal,
    );
    return handOn(request, upgrade, protocol === '' ? undefined : protocol, socket);
  }
  const body = raw.method === 'GET' || raw.method === 'HEAD' ? null : raw.body;
  // The host is the target's affair; a Request wants one.
  const inner = new Request(`http://target${targetPath}`, {
    method: raw.method,
    headers,
    ...(body === null ? {} : { body, duplex: 'half' }),
  } as RequestInit);
  const ended = request.work?.longRunning();
  try {
    const response = await tunnel.fetch(tenant, reached.node, target, inner, raw.signal);
    rewriteLocation(response.headers, base, targetPath, reached.hosts);
    response.headers.set('audit-id', request.id);
    return response;
  } finally {
    ended?.();
  }
}

/** What leads to the proxy, with the tenant's prefix, and what of the path is the target's; as it came, escapes and all. */
function proxyPath({ raw, definition }: ResourceRequest): { base: string; path: string } {
  const { pathname } = new URL(raw.url);
  const segments = splitTenantPath(pathname).path.split('/');
  // /api/v1, the namespace, then resource, name and `proxy`.
  const depth = definition.namespaced ? 8 : 6;
  if (segments[depth - 1] !== 'proxy') throw StatusError.badRequest('the path of a proxy has no empty segments');
  const path = segments
    .slice(depth)
    .map((each) => `/${each}`)
    .join('');
  return { base: pathname.slice(0, pathname.length - path.length), path };
}

function headersFor({ raw }: ResourceRequest, base: string, path: string): Headers {
  const headers = new Headers();
  for (const [name, value] of raw.headers) if (!KEPT_BACK.test(name)) headers.set(name, value);
  const url = new URL(raw.url);
  headers.set('x-forwarded-host', raw.headers.get('host') ?? url.host);
  headers.set('x-forwarded-proto', url.protocol.replace(':', ''));
  headers.set('x-forwarded-uri', base + path);
  return headers;
}
