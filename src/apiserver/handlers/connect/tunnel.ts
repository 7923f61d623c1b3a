/** GET /apis/kedge.dev/v1/nodes/<name>/tunnel[/<stream>]: an agent's control link, or its dial-back for a stream. */
import { StatusError } from '../../../meta/status-error.ts';
import { nodeOf } from '../../request/node-identity.ts';
import type { ApiRequest } from '../request.ts';

const NODES = { group: 'kedge.dev', resource: 'nodes' };

/** undefined for any other path. */
export function handleTunnel(request: ApiRequest): Response | undefined {
  const { deps, info, tenant, user, upgrade } = request;
  if (info.group !== 'kedge.dev' || info.version !== 'v1' || info.resource !== 'nodes') return undefined;
  if (info.subresource !== 'tunnel' || info.namespace !== '' || info.rest.length > 1) return undefined;
  if (deps.links === undefined) throw StatusError.notImplemented('this API server takes no links of agents');
  if (info.verb !== 'get') throw StatusError.methodNotAllowed(NODES, info.verb);
  // Who may do everything is still not the node.
  if (nodeOf(user) !== info.name) throw StatusError.forbidden(NODES, info.name, "a tunnel is its own node's");
  if (upgrade === undefined) throw StatusError.badRequest('a tunnel is a WebSocket');
  const socket = upgrade.accept();
  const [stream] = info.rest;
  if (stream === undefined) deps.links.attachControl(tenant, info.name, socket);
  else deps.links.attachStream(tenant, info.name, stream, socket);
  return new Response(null);
}
