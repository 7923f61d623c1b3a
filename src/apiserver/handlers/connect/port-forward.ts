/** pods/portforward: as today's kubectl does (SPDY/3.1 in WebSocket), bare SPDY/3.1, and the older form with channels. */
import { StatusError } from '../../../meta/status-error.ts';
import type { Carrier, UpgradeOffer } from '../../../tunnel/contract.ts';
import { subjectOf } from '../../registry/context.ts';
import type { ResourceRequest } from '../request.ts';
import { admitConnect, handOn, scheduledPod, tunnelOf } from './connect.ts';

const SPDY = 'portforward.k8s.io';
/** The same bytes in the messages of a WebSocket. */
const TUNNELLED = 'SPDY/3.1+portforward.k8s.io';
const CHANNELS = new Set(['v4.channel.k8s.io', 'v4.base64.channel.k8s.io']);

export async function handlePortForward(request: ResourceRequest): Promise<Response> {
  const { info, scope, query, tenant, definition } = request;
  if (info.verb !== 'get' && info.verb !== 'create') {
    throw StatusError.methodNotAllowed(subjectOf(definition), info.verb);
  }
  const ports = query.getAll('ports').flatMap((each) => each.split(','));
  await admitConnect(request, { ports: ports.map(Number) }, request.upgrade !== undefined);
  const { object, node } = await scheduledPod(request);
  const { offer, carrier, protocol } = chooseProtocol(request);
  const { socket } = await tunnelOf(request).connect(
    tenant,
    node,
    {
      kind: 'portforward',
      namespace: scope.namespace,
      pod: info.name,
      uid: object.metadata.uid ?? '',
      carrier,
      protocol: protocol ?? '',
      ports: carrier === 'channels' ? parsePorts(ports) : [],
    },
    request.raw.signal,
  );
  return handOn(request, offer, protocol, socket);
}

function parsePorts(texts: readonly string[]): number[] {
  if (texts.length === 0) throw StatusError.badRequest('you must specify at least 1 port');
  return texts.map((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (port < 1 || port > 65_535) throw StatusError.badRequest(`invalid port ${JSON.stringify(text)}`);
    return port;
  });
}

function chooseProtocol({ upgrade, spdy }: ResourceRequest): {
  offer: UpgradeOffer;
  carrier: Carrier;
  protocol: string | undefined;
} {
  const offer = upgrade ?? spdy;
  if (offer === undefined) throw StatusError.badRequest('Upgrade request required');
  const known = (each: string) => (upgrade === undefined ? each === SPDY : each === TUNNELLED || CHANNELS.has(each));
  const protocol = offer.protocols.find(known);
  if (protocol === undefined && offer.protocols.length > 0) {
    const wanted = offer.protocols.join(' ');
    const supported = upgrade === undefined ? SPDY : [TUNNELLED, ...CHANNELS].join(' ');
    const message = `unable to upgrade: unable to negotiate protocol: client supports [${wanted}], server supports [${supported}]`;
    throw new StatusError(403, 'Forbidden', message);
  }
  const carrier = upgrade === undefined || protocol === TUNNELLED ? 'spdy' : 'channels';
  return { offer, carrier, protocol };
}
