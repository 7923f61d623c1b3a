/** What a Service's pods are in EndpointSlices: endpoints, grouped by the ports that they offer. Pure. */
import type { EndpointSlice, Pod, Service } from '../../client/resources.ts';
import {
  type AddressType,
  addressTypeOf,
  hostnameUnder,
  isHeadless,
  mayServe,
  podIPs,
  targetPort,
  targetRef,
} from '../shared/endpoints.ts';
import { isPodReady } from '../shared/pods.ts';

export type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
export type Port = NonNullable<EndpointSlice['ports']>[number];

export interface PortGroup {
  ports: Port[];
  /** By the pod's uid. */
  endpoints: Map<string, Endpoint>;
}

/** Groups by their ports' JSON. A service without serving pods has none. */
export function groupEndpoints(service: Service, pods: readonly Pod[], family: AddressType): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    if (!mayServe(pod, true)) continue;
    const addresses = podIPs(pod).filter((ip) => addressTypeOf(ip) === family);
    const ports = portsOf(service, pod);
    if (addresses.length === 0 || ports === undefined) continue;
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: new Map() };
    groups.set(key, group);
    group.endpoints.set(pod.metadata.uid ?? '', endpointOf(service, pod, addresses.slice(0, 1)));
  }
  return groups;
}

/** Equal for equal ports in any order. */
export function portsKey(ports: readonly Port[]): string {
  return JSON.stringify(
    ports.map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) => [name, port, protocol, appProtocol]).sort(),
  );
}

/** Undefined when the pod offers none of the service's ports. */
function portsOf(service: Service, pod: Pod): Port[] | undefined {
  const wanted = service.spec?.ports ?? [];
  if (wanted.length === 0) return isHeadless(service) ? [] : undefined;
  const ports = wanted.flatMap((each): Port[] => {
    const port = targetPort(pod, each);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = each;
    return [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
  return ports.length === 0 ? undefined : ports;
}

function endpointOf(service: Service, pod: Pod, addresses: string[]): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameUnder(pod, service);
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: targetRef(pod),
  };
}
