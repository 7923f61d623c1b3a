/** What the Endpoints and the EndpointSlice controllers have in common: which pods serve, where, and when that changes. */
import type { Pod, Service } from '../../client/resources.ts';
import { SERVICES } from '../../client/resources.ts';
import { mapSelectorMatches } from '../../meta/selectors.ts';
import type { Key, ObservedChange, ReconcileContext } from '../../reconcile/contract.ts';
import { objectKey, type Selection, selectionKeys } from '../../reconcile/keys.ts';
import { isPodFinished, isPodReady } from './pods.ts';

export type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];
export type AddressType = 'IPv4' | 'IPv6';

export const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** Keys of the services whose endpoints a pod's change may touch: none when nothing that endpoints show has changed. */
export function podKeys(change: ObservedChange): Key[] {
  const after = visible(change.object as Pod);
  const before = change.previous === undefined ? undefined : visible(change.previous as Pod);
  if (change.type === 'MODIFIED' && after === before) return [];
  if (change.type === 'ADDED' && after === undefined) return [];
  return selectionKeys(change);
}

/** What endpoints show of a pod, as text to compare; undefined while it has no address. */
function visible(pod: Pod): string | undefined {
  const ips = podIPs(pod);
  if (ips.length === 0) return undefined;
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  const { labels, deletionTimestamp } = pod.metadata;
  const deleting = deletionTimestamp !== undefined;
  return JSON.stringify([ips, isPodReady(pod), isPodFinished(pod), deleting, labels, hostname, subdomain, nodeName]);
}

export async function servicesSelecting(context: ReconcileContext, { namespace, labels }: Selection): Promise<Key[]> {
  const { items } = await context.client.list(SERVICES, { namespace });
  return items.filter(({ spec }) => labels === undefined || mapSelectorMatches(spec?.selector, labels)).map(objectKey);
}

/** Services without a selector, and names of other hosts, have no endpoints of ours. */
export function hasOwnEndpoints(service: Service): boolean {
  return service.spec?.type !== 'ExternalName' && Object.keys(service.spec?.selector ?? {}).length > 0;
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None';
}

/** Has an address, is not finished and, unless `withTerminating`, not being deleted. */
export function mayServe(pod: Pod, withTerminating: boolean): boolean {
  if (isPodFinished(pod) || podIPs(pod).length === 0) return false;
  return withTerminating || pod.metadata.deletionTimestamp === undefined;
}

export function podIPs(pod: Pod): string[] {
  const { podIP, podIPs: all = [] } = pod.status ?? {};
  const ips = all.map(({ ip }) => ip).filter((ip) => ip !== undefined && ip !== '');
  return ips.length > 0 || !podIP ? (ips as string[]) : [podIP];
}

export function addressTypeOf(ip: string): AddressType {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

/** The families in which the service is reached, its first one first. */
export function addressTypes(service: Service): AddressType[] {
  const families = service.spec?.ipFamilies ?? [];
  if (families.length > 0) return families as AddressType[];
  const { clusterIP = '' } = service.spec ?? {};
  return clusterIP === '' || clusterIP === 'None' ? ['IPv4'] : [addressTypeOf(clusterIP)];
}

/** The number of a service port in a pod: its targetPort, looked up by name where it has one. Undefined: not exposed. */
export function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const protocol = port.protocol ?? 'TCP';
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const named = container.ports?.find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol);
    if (named !== undefined) return named.containerPort;
  }
  return undefined;
}

/** The pod's host name under the service's, as cluster DNS serves it for headless services. */
export function hostnameUnder(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

export function targetRef(pod: Pod): { kind: 'Pod'; namespace: string; name: string; uid: string } {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return { kind: 'Pod', namespace, name, uid };
}
