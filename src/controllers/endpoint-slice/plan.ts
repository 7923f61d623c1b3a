/** Distributes endpoints over slices with few writes: endpoints stay where they are, gaps are filled. Pure. */
import { type EndpointSlice, SERVICES, type Service } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { controllerReference } from '../shared/claim.ts';
import { type AddressType, HEADLESS_LABEL, isHeadless } from '../shared/endpoints.ts';
import { type Endpoint, type Port, type PortGroup, portsKey } from './endpoints.ts';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGED_BY = 'endpointslice-controller.k8s.io';
export const MAX_ENDPOINTS = 100;

export interface SlicePlan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/** `existing` are this controller's slices of the service in this family. */
export function planSlices(
  service: Service,
  family: AddressType,
  groups: ReadonlyMap<string, PortGroup>,
  existing: readonly EndpointSlice[],
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] };
  // A service without endpoints keeps one empty slice, so that consumers can tell "none" from "not computed yet".
  const wanted = groups.size > 0 ? groups : new Map([[portsKey([]), { ports: [], endpoints: new Map() }]]);
  for (const slice of existing) {
    if (!wanted.has(portsKey(slice.ports ?? []))) plan.delete.push(slice);
  }
  for (const [key, group] of wanted) {
    const slices = existing.filter((slice) => portsKey(slice.ports ?? []) === key);
    planGroup(service, family, group, slices, plan);
  }
  return plan;
}

function planGroup(
  service: Service,
  family: AddressType,
  group: PortGroup,
  slices: readonly EndpointSlice[],
  plan: SlicePlan,
): void {
  const missing = new Map(group.endpoints);
  const filled = slices.map((slice) => ({ slice, endpoints: keep(slice, missing) }));
  const rest = [...missing.values()];
  // What changes anyway is filled first, then the fullest: that leaves the fewest slices and writes.
  const room = [...filled].sort(
    (a, b) =>
      Number(isUnchanged(a.slice, a.endpoints)) - Number(isUnchanged(b.slice, b.endpoints)) ||
      b.endpoints.length - a.endpoints.length,
  );
  for (const each of room) each.endpoints.push(...rest.splice(0, Math.max(0, MAX_ENDPOINTS - each.endpoints.length)));

  let kept = 0;
  for (const { slice, endpoints } of filled) {
    if (endpoints.length === 0 && group.endpoints.size > 0) {
      plan.delete.push(slice);
      continue;
    }
    kept++;
    if (endpoints.length === 0 && kept > 1) plan.delete.push(slice);
    else if (!isUnchanged(slice, endpoints) || !hasMetadata(slice, service)) {
      plan.update.push({ ...slice, metadata: { ...slice.metadata, ...metadataOf(service) }, endpoints });
    }
  }
  while (rest.length > 0 || (kept === 0 && group.endpoints.size === 0)) {
    plan.create.push(newSlice(service, family, group.ports, rest.splice(0, MAX_ENDPOINTS)));
    kept++;
  }
}

/** The slice's endpoints that are still wanted, as they are wanted; they are no longer missing then. */
function keep(slice: EndpointSlice, missing: Map<string, Endpoint>): Endpoint[] {
  return (slice.endpoints ?? []).flatMap(({ targetRef }) => {
    const uid = targetRef?.uid ?? '';
    const wanted = missing.get(uid);
    missing.delete(uid);
    return wanted === undefined ? [] : [wanted];
  });
}

function isUnchanged(slice: EndpointSlice, endpoints: readonly Endpoint[]): boolean {
  return semanticEqual(slice.endpoints ?? [], endpoints);
}

function hasMetadata({ metadata }: EndpointSlice, service: Service): boolean {
  const wanted = metadataOf(service);
  return semanticEqual({ labels: metadata.labels, ownerReferences: metadata.ownerReferences }, wanted);
}

/** The service's labels are the slices' too, but for those with a meaning of their own. */
function metadataOf(service: Service) {
  return {
    labels: {
      ...service.metadata.labels,
      ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
      [SERVICE_NAME_LABEL]: service.metadata.name ?? '',
      [MANAGED_BY_LABEL]: MANAGED_BY,
    },
    ownerReferences: [controllerReference(service, SERVICES)],
  };
}

function newSlice(service: Service, addressType: AddressType, ports: Port[], endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace ?? '',
      ...metadataOf(service),
    },
    addressType,
    ports,
    endpoints,
  };
}
