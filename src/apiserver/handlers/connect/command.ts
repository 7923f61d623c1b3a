/** pods/exec and pods/attach: the client's protocol is spoken with the agent; here it is authorized and handed on. */
import { StatusError } from '../../../meta/status-error.ts';
import type { Carrier, CommandRequest, UpgradeOffer } from '../../../tunnel/contract.ts';
import { subjectOf } from '../../registry/context.ts';
import { isTrue } from '../../request/info.ts';
import type { ResourceRequest } from '../request.ts';
import { admitConnect, handOn, scheduledPod, tunnelOf } from './connect.ts';
import { chooseContainer } from './container.ts';

/** Subprotocols over WebSocket, as upstream's; without any, the oldest is meant. */
const CHANNELS = new Set([
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'base64.channel.k8s.io',
]);
/** Over SPDY/3.1. */
const STREAMS = new Set(['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io']);

export const handleExec = (request: ResourceRequest) => handleCommand(request, 'exec');
export const handleAttach = (request: ResourceRequest) => handleCommand(request, 'attach');

async function handleCommand(request: ResourceRequest, kind: 'exec' | 'attach'): Promise<Response> {
  const { info, scope, query, tenant, definition } = request;
  if (info.verb !== 'get' && info.verb !== 'create')
    throw StatusError.methodNotAllowed(subjectOf(definition), info.verb);
  const options = {
    stdin: flag(query, 'stdin', false),
    // Upstream's defaults, for who says nothing.
    stdout: flag(query, 'stdout', kind === 'attach'),
    stderr: flag(query, 'stderr', kind === 'attach'),
    tty: flag(query, 'tty', false),
    command: kind === 'exec' ? query.getAll('command') : [],
  };
  const asked = query.get('container') ?? '';
  await admitConnect(request, { ...options, container: asked }, request.upgrade !== undefined);
  let container = '';
  const { object, node } = await scheduledPod(request, (pod, found) => {
    container = chooseContainer(info.name, found, pod, asked);
  });
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw StatusError.badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  if (kind === 'exec' && options.command.length === 0)
    throw StatusError.badRequest('you must specify at least 1 command');
  const { offer, carrier, protocol } = chooseProtocol(request);
  const command: CommandRequest = {
    kind,
    namespace: scope.namespace,
    pod: info.name,
    uid: object.metadata.uid ?? '',
    container,
    ...options,
    // A terminal has one output.
    stderr: options.stderr && !options.tty,
    carrier,
    protocol: protocol ?? '',
  };
  const { socket } = await tunnelOf(request).connect(tenant, node, command, request.raw.signal);
  return handOn(request, offer, protocol, socket);
}

function flag(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  return query.has(name) ? isTrue(query.get(name)) : otherwise;
}

interface Chosen {
  offer: UpgradeOffer;
  carrier: Carrier;
  protocol: string | undefined;
}

/** The first that the client wants and there is. Throws 403 as upstream where there is none, and 400 for no upgrade. */
function chooseProtocol({ upgrade, spdy }: ResourceRequest): Chosen {
  const offer = upgrade ?? spdy;
  if (offer === undefined) throw StatusError.badRequest('Upgrade request required');
  const known = upgrade === undefined ? STREAMS : CHANNELS;
  const protocol = offer.protocols.find((each) => known.has(each));
  if (protocol === undefined && offer.protocols.length > 0) {
    const wanted = offer.protocols.join(' ');
    const message = `unable to upgrade: unable to negotiate protocol: client supports [${wanted}], server supports [${[...known].join(' ')}]`;
    throw new StatusError(403, 'Forbidden', message);
  }
  return { offer, carrier: upgrade === undefined ? 'spdy' : 'channels', protocol };
}
