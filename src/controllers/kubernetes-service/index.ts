/**
 * Publishes the API itself as the Service `kubernetes` of the namespace `default`, with Endpoints and EndpointSlices of
 * every replica's address, so that pods reach it. Upstream: pkg/controlplane/controller/kubernetesservice and
 * pkg/controlplane/reconcilers (the lease reconciler).
 */
import type { Client } from '../../client/contract.ts';
import { ENDPOINT_SLICES, ENDPOINTS, type Endpoints, SERVICES, type Service } from '../../client/resources.ts';
import { addressAt, formatIp, parseCidr } from '../../meta/ip.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE } from '../../reconcile/contract.ts';
import { createOrUpdate } from '../../reconcile/create-or-update.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { type ApiEndpoint, groupByPort, sliceOf } from './endpoints.ts';

export const NAMESPACE = 'default';
export const NAME = 'kubernetes';
/** The work of this controller in any tenant. Replicas come and go without an object that says so: hosts ask for it then. */
export const KUBERNETES_SERVICE = { controller: 'kubernetes-service-controller', key: `${NAMESPACE}/${NAME}` };

export interface KubernetesServiceOptions {
  /** Where the API can be reached, of all live replicas; read at each reconcile. */
  endpoints(): Promise<ApiEndpoint[]>;
  serviceCIDR(tenant: string): Promise<string>;
}

export function kubernetesServiceController(options: KubernetesServiceOptions): Controller {
  return {
    name: KUBERNETES_SERVICE.controller,
    watches: ['namespaces', 'nodes', 'services', 'endpoints', 'endpointslices.discovery.k8s.io'],
    keys(change) {
      // A tenant without nodes was not told of replicas since.
      if (change.resource === 'nodes') return change.type === 'ADDED' ? [KUBERNETES_SERVICE.key] : [];
      if (change.resource === 'namespaces') return change.name === NAMESPACE ? [KUBERNETES_SERVICE.key] : [];
      return change.namespace === NAMESPACE && isOurs(change.object.metadata) ? [KUBERNETES_SERVICE.key] : [];
    },
    async reconcile({ client, tenant }) {
      try {
        await publishKubernetesService(client, {
          endpoints: await options.endpoints(),
          serviceCIDR: await options.serviceCIDR(tenant),
        });
      } catch (error) {
        if (isNamespaceTerminating(error)) return DONE;
        throw error;
      }
      return DONE;
    },
  };
}

/** Brings the three to what `endpoints` says. Writes nothing that is as it should be. */
export async function publishKubernetesService(
  client: Client,
  { endpoints, serviceCIDR }: { endpoints: readonly ApiEndpoint[]; serviceCIDR: string },
): Promise<void> {
  const groups = groupByPort(endpoints);
  await createOrUpdate(client, SERVICES, emptyService(serviceCIDR), (service) => {
    const { spec } = service;
    const targetPort = groups[0]?.port ?? spec?.ports?.[0]?.targetPort ?? 443;
    const ports = [{ name: 'https', protocol: 'TCP', port: 443, targetPort }];
    service.spec = { ...spec, type: 'ClusterIP', ports: ports as NonNullable<typeof spec>['ports'] };
  });
  await publishEndpoints(client, groups);

  const slices = groups.map(sliceOf);
  for (const slice of slices) {
    const { addressType } = slice;
    const old = await client.find(ENDPOINT_SLICES, NAMESPACE, slice.metadata.name!);
    // It never changes: another needs another slice.
    if (old !== undefined && old.addressType !== addressType) await remove(client, slice.metadata.name!);
    await createOrUpdate(client, ENDPOINT_SLICES, slice, (existing) => {
      existing.metadata.labels = { ...existing.metadata.labels, ...slice.metadata.labels };
      existing.endpoints = slice.endpoints;
      existing.ports = slice.ports!;
    });
  }
  const { items } = await client.list(ENDPOINT_SLICES, {
    namespace: NAMESPACE,
    labelSelector: `kubernetes.io/service-name=${NAME}`,
  });
  for (const { metadata } of items) {
    const isWanted = slices.some((slice) => slice.metadata.name === metadata.name);
    // Slices of other names may be an administrator's own, say of a load balancer before the replicas.
    if (!isWanted && isOurs(metadata) && /^kubernetes(-(ipv4|ipv6|fqdn)-\d+)?$/.test(metadata.name!))
      await remove(client, metadata.name!);
  }
}

async function publishEndpoints(client: Client, groups: ReturnType<typeof groupByPort>): Promise<void> {
  const addressed = groups.filter((group) => group.addressType !== 'FQDN');
  const initial: Endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { namespace: NAMESPACE, name: NAME } };
  await createOrUpdate(client, ENDPOINTS, initial, (endpoints) => {
    endpoints.metadata.labels = { ...endpoints.metadata.labels, 'endpointslice.kubernetes.io/skip-mirror': 'true' };
    endpoints.subsets = addressed.map(({ port, hosts }) => ({
      addresses: hosts.map((ip) => ({ ip })),
      ports: [{ name: 'https', port, protocol: 'TCP' }],
    }));
  });
}

function emptyService(serviceCIDR: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: NAMESPACE, name: NAME, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: firstServiceAddress(serviceCIDR), sessionAffinity: 'None' },
  };
}

/** 10.96.0.1 of 10.96.0.0/16: the Service's, and so one of the names of the API's certificate. */
export function firstServiceAddress(serviceCIDR: string): string {
  const range = parseCidr(serviceCIDR);
  if (range === undefined) throw new Error(`the service CIDR ${serviceCIDR} is none`);
  return formatIp(addressAt(range, 1));
}

async function remove(client: Client, name: string): Promise<void> {
  try {
    await client.delete(ENDPOINT_SLICES, NAMESPACE, name);
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}

function isOurs({ name, labels }: { name?: string; labels?: Record<string, string> }): boolean {
  return name === NAME || labels?.['kubernetes.io/service-name'] === NAME;
}
