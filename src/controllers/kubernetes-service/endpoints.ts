/** The API's addresses in the terms of EndpointSlices: one port and one type of address a slice. */
import type { EndpointSlice } from '../../client/resources.ts';
import { parseIp } from '../../meta/ip.ts';

export interface ApiEndpoint {
  /** An IP address; or a host name, where an edge serves the API. */
  host: string;
  port: number;
}

export interface EndpointGroup {
  addressType: 'IPv4' | 'IPv6' | 'FQDN';
  port: number;
  hosts: string[];
  /** Whether it has the bare name `kubernetes`, which clients know. */
  isFirst: boolean;
}

/** Sorted and without duplicates, so that every replica writes the same. */
export function groupByPort(endpoints: readonly ApiEndpoint[]): EndpointGroup[] {
  const groups = new Map<string, EndpointGroup>();
  for (const { host, port } of endpoints) {
    const family = parseIp(host)?.family;
    const addressType = family === undefined ? 'FQDN' : family === 4 ? 'IPv4' : 'IPv6';
    const key = `${addressType} ${String(port).padStart(5, '0')}`;
    const group = groups.get(key) ?? { addressType, port, hosts: [], isFirst: false };
    groups.set(key, { ...group, hosts: [...new Set([...group.hosts, host])].sort() });
  }
  const order: readonly string[] = ['IPv4', 'IPv6', 'FQDN'];
  return [...groups.values()]
    .sort((a, b) => order.indexOf(a.addressType) - order.indexOf(b.addressType) || a.port - b.port)
    .map((group, index) => ({ ...group, isFirst: index === 0 }));
}

export function sliceOf({ addressType, port, hosts, isFirst }: EndpointGroup): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'default',
      name: isFirst ? 'kubernetes' : `kubernetes-${addressType.toLowerCase()}-${port}`,
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType,
    endpoints: hosts.map((host) => ({ addresses: [host], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
}
