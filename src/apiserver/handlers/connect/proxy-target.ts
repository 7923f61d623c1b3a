/** What a proxied name leads to: `[scheme:]name[:port]` of a pod, a Service or a Node. */
import { own } from '../../../meta/own.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { HttpTarget } from '../../../tunnel/contract.ts';
import { get, objectOf } from '../../registry/get.ts';
import type { ResourceRequest } from '../request.ts';
import type { PodShape } from './connect.ts';
import { readyEndpoint } from './endpoints.ts';

export interface Reached {
  node: string;
  target: HttpTarget;
  /** By what the target may call itself in a redirect. */
  hosts: string[];
}

interface Asked {
  scheme: 'http' | 'https';
  name: string;
  port: string;
}

/** Throws 400 in upstream's words. */
function parseName({ info, definition }: ResourceRequest): Asked {
  const parts = info.name.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return { scheme: 'http', name: first, port: '' };
  if (parts.length === 2) return { scheme: 'http', name: first, port: second };
  if (parts.length === 3 && (first === 'http' || first === 'https'))
    return { scheme: first, name: second, port: third };
  const { resource } = definition;
  throw StatusError.badRequest(`invalid ${resource.slice(0, -1)} request ${JSON.stringify(info.name)}`);
}

async function read<T>(request: ResourceRequest, name: string): Promise<T & { metadata: { uid?: string } }> {
  return objectOf(await get(request.deps, request.scope, name)) as T & { metadata: { uid?: string } };
}

export async function podTarget(request: ResourceRequest): Promise<Reached> {
  const { scheme, name, port } = parseName(request);
  const pod = await read<PodShape & { status?: { podIP?: string } }>(request, name);
  const node = pod.spec?.nodeName ?? '';
  if (node === '') throw StatusError.badRequest(`pod ${name} does not have a host assigned`);
  const ip = pod.status?.podIP ?? '';
  if (ip === '') throw StatusError.badRequest(`address not allowed`);
  // As upstream: the first that the pod names, else the scheme's own.
  const named = pod.spec?.containers?.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  const number = port === '' ? (named ?? (scheme === 'https' ? 443 : 80)) : numberOf(port);
  return {
    node,
    target: { scheme, port: number, pod: { namespace: request.scope.namespace, name, uid: pod.metadata.uid ?? '' } },
    hosts: hostsOf(ip, number),
  };
}

interface ServiceShape {
  spec?: { ports?: { name?: string; port: number }[] };
}

export async function serviceTarget(request: ResourceRequest): Promise<Reached> {
  const { scheme, name, port } = parseName(request);
  const { spec } = await read<ServiceShape>(request, name);
  const ports = spec?.ports ?? [];
  // Upstream: a port by name or number; without one, the only one, or the one without a name.
  const found =
    port === ''
      ? (ports.find((each) => (each.name ?? '') === '') ?? (ports.length === 1 ? ports[0] : undefined))
      : ports.find((each) => each.name === port || String(each.port) === port);
  if (found === undefined) {
    throw StatusError.serviceUnavailable(
      port === ''
        ? `no endpoints available for service ${JSON.stringify(request.info.name)}`
        : `no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`,
    );
  }
  const endpoint = await readyEndpoint(request, name, found.name ?? '');
  return {
    node: endpoint.node,
    target: { scheme, port: endpoint.port, pod: endpoint.pod },
    hosts: [...hostsOf(endpoint.address, endpoint.port), name],
  };
}

const KUBELET_PORT = '10250';

export async function nodeTarget(request: ResourceRequest): Promise<Reached> {
  const { scheme, name, port } = parseName(request);
  await read(request, name);
  if (port !== '' && port !== KUBELET_PORT) {
    throw StatusError.badRequest(`of a node, its agent alone is reached (port ${KUBELET_PORT}), and no other port`);
  }
  return { node: name, target: { scheme, port: 0 }, hosts: [] };
}

/** The number; 404-like words of upstream for what is none. */
function numberOf(port: string): number {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) throw StatusError.badRequest(`invalid port ${JSON.stringify(port)}`);
  return number;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 80: '', 443: '' };

function hostsOf(ip: string, port: number): string[] {
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const bare = own(DEFAULT_PORTS, String(port)) === undefined ? [] : [host];
  return [`${host}:${port}`, ...bare];
}
