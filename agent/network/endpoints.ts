/** Pure: what Services and EndpointSlices say, port by port, in the terms of rules. */
import type { EndpointSlice, Service } from '../../src/client/resources.ts';

export interface Backend {
  /** `10.0.0.1:8080` */
  target: string;
  ip: string;
  local: boolean;
}

export interface ServicePort {
  /** `default/web:http`, as in comments and as the base of chain names. */
  name: string;
  protocol: 'tcp' | 'udp' | 'sctp';
  port: number;
  clusterIp: string;
  /** externalIPs and load balancer addresses. */
  externalIps: string[];
  nodePort: number;
  internalLocal: boolean;
  externalLocal: boolean;
  /** Seconds; 0: none. */
  affinitySeconds: number;
  backends: Backend[];
}

const SERVICE_LABEL = 'kubernetes.io/service-name';
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** Sorted by name, IPv4 only; headless and ExternalName services have no rules. */
export function servicePorts(
  services: Iterable<Service>,
  slices: Iterable<EndpointSlice>,
  nodeName: string,
): ServicePort[] {
  const byService = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.[SERVICE_LABEL];
    if (service === undefined || slice.addressType !== 'IPv4') continue;
    const key = `${slice.metadata.namespace}/${service}`;
    byService.set(key, [...(byService.get(key) ?? []), slice]);
  }
  const found: ServicePort[] = [];
  for (const { metadata, spec, status } of services) {
    const clusterIp = [spec?.clusterIP, ...(spec?.clusterIPs ?? [])].find((ip) => ip && isIpv4(ip));
    if (spec === undefined || spec.type === 'ExternalName' || clusterIp === undefined) continue;
    const key = `${metadata.namespace}/${metadata.name}`;
    const ingress = (status?.loadBalancer?.ingress ?? [])
      .filter(({ ipMode }) => ipMode !== 'Proxy')
      .map(({ ip }) => ip ?? '');
    for (const port of spec.ports ?? []) {
      found.push({
        name: port.name ? `${key}:${port.name}` : key,
        protocol: (port.protocol ?? 'TCP').toLowerCase() as ServicePort['protocol'],
        port: port.port,
        clusterIp,
        externalIps: [...(spec.externalIPs ?? []), ...ingress].filter(isIpv4),
        nodePort: port.nodePort ?? 0,
        internalLocal: spec.internalTrafficPolicy === 'Local',
        externalLocal: spec.externalTrafficPolicy === 'Local',
        affinitySeconds:
          spec.sessionAffinity === 'ClientIP'
            ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS)
            : 0,
        backends: backendsOf(byService.get(key) ?? [], port.name ?? '', nodeName),
      });
    }
  }
  return found.sort((a, b) => compare(`${a.name}/${a.protocol}`, `${b.name}/${b.protocol}`));
}

/** Ready endpoints; when there is none, those that end but still serve. */
function backendsOf(slices: readonly EndpointSlice[], portName: string, nodeName: string): Backend[] {
  const ready = new Map<string, Backend>();
  const leaving = new Map<string, Backend>();
  for (const { endpoints, ports } of slices) {
    const port = (ports ?? []).find(({ name }) => (name ?? '') === portName)?.port;
    if (port === undefined || port === null) continue;
    for (const { addresses, conditions, nodeName: where } of endpoints ?? []) {
      const ip = addresses[0];
      if (ip === undefined) continue;
      const backend = { target: `${ip}:${port}`, ip, local: where === nodeName };
      if (conditions?.ready !== false) ready.set(backend.target, backend);
      else if (conditions.serving && conditions.terminating) leaving.set(backend.target, backend);
    }
  }
  return [...(ready.size > 0 ? ready : leaving).values()].sort((a, b) => compare(a.target, b.target));
}

function isIpv4(ip: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(ip);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
