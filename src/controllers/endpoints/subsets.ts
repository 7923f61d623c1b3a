/** A Service's pods as Endpoints subsets. Pure. */
import type { Endpoints, Pod, Service } from '../../client/resources.ts';
import {
  addressTypeOf,
  addressTypes,
  hostnameUnder,
  isHeadless,
  mayServe,
  podIPs,
  targetPort,
  targetRef,
} from '../shared/endpoints.ts';
import { isPodReady } from '../shared/pods.ts';

export type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];
type Port = NonNullable<Subset['ports']>[number];

/** As upstream: an Endpoints object lists at most this many addresses. */
export const MAX_ADDRESSES = 1000;

/**
 * Addresses are grouped by the ports they offer, ready and not ready ones apart, in a canonical order. `truncated` says
 * that addresses were left out to stay below the limit: not ready ones first.
 */
export function buildSubsets(service: Service, pods: readonly Pod[]): { subsets: Subset[]; truncated: boolean } {
  const publishAll = service.spec?.publishNotReadyAddresses === true;
  const [family] = addressTypes(service);
  const groups = new Map<string, { ports: Port[]; ready: Address[]; unready: Address[] }>();
  for (const pod of pods) {
    if (!mayServe(pod, publishAll)) continue;
    const ip = podIPs(pod).find((each) => addressTypeOf(each) === family);
    const ports = portsOf(service, pod);
    if (ip === undefined || ports === undefined) continue;
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, ready: [], unready: [] };
    groups.set(key, group);
    (publishAll || isPodReady(pod) ? group.ready : group.unready).push(addressOf(service, pod, ip));
  }
  return truncate(
    [...groups.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, group]) => ({
        ports: group.ports,
        ready: group.ready.sort(byAddress),
        unready: group.unready.sort(byAddress),
      })),
  );
}

/** The ports that this pod offers of the service's, sorted; undefined when there is none, unless it is headless without. */
function portsOf(service: Service, pod: Pod): Port[] | undefined {
  const wanted = service.spec?.ports ?? [];
  if (wanted.length === 0) return isHeadless(service) ? [] : undefined;
  const ports: Port[] = [];
  for (const each of wanted) {
    const port = targetPort(pod, each);
    if (port === undefined) continue;
    ports.push({
      ...(each.name ? { name: each.name } : {}),
      port,
      protocol: each.protocol ?? 'TCP',
      ...(each.appProtocol === undefined ? {} : { appProtocol: each.appProtocol }),
    });
  }
  return ports.length === 0 ? undefined : ports.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function addressOf(service: Service, pod: Pod, ip: string): Address {
  const hostname = hostnameUnder(pod, service);
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: targetRef(pod),
  };
}

function byAddress(a: Address, b: Address): number {
  const key = ({ ip, targetRef: ref }: Address) => `${ip} ${ref?.uid}`;
  return key(a) < key(b) ? -1 : 1;
}

function truncate(groups: { ports: Port[]; ready: Address[]; unready: Address[] }[]): {
  subsets: Subset[];
  truncated: boolean;
} {
  let room = MAX_ADDRESSES;
  let truncated = false;
  const take = (addresses: Address[]): Address[] => {
    const taken = addresses.slice(0, room);
    room -= taken.length;
    truncated ||= taken.length < addresses.length;
    return taken;
  };
  const ready = groups.map((group) => take(group.ready));
  const unready = groups.map((group) => take(group.unready));
  const subsets = groups.map(({ ports }, index): Subset => {
    const addresses = ready[index] ?? [];
    const notReadyAddresses = unready[index] ?? [];
    return {
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
  return { subsets: subsets.filter(({ addresses, notReadyAddresses }) => addresses || notReadyAddresses), truncated };
}
