/** The objects that every cluster has from its first moment, as upstream's API server makes them. */
import type { Client, ResourceRef } from '../client/contract.ts';
import { NAMESPACES, PRIORITY_CLASSES, SERVICE_CIDRS } from '../client/resources.ts';
import type { KubeObject } from '../meta/object.ts';
import { isStatus } from '../meta/status-error.ts';
import { SYSTEM_PRIORITY_CLASSES } from '../meta/system-priority-classes.ts';

export const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

/** Makes the system namespaces that are missing. Safe with concurrent starters. */
export function ensureSystemNamespaces(client: Client): Promise<void> {
  return ensure(
    client,
    NAMESPACES,
    SYSTEM_NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  );
}

/** As ensureSystemNamespaces, of the system PriorityClasses. */
export function ensureSystemPriorityClasses(client: Client): Promise<void> {
  return ensure(
    client,
    PRIORITY_CLASSES,
    SYSTEM_PRIORITY_CLASSES.map(({ name, value, description }) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    })),
  );
}

/** As ensureSystemNamespaces, of the ServiceCIDR that the addresses of Services are of. */
export function ensureDefaultServiceCIDR(client: Client, serviceCIDR: string): Promise<void> {
  return ensure(client, SERVICE_CIDRS, [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes' },
      spec: { cidrs: [serviceCIDR] },
    },
  ]);
}

async function ensure<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  wanted: readonly T[],
): Promise<void> {
  const { items } = await client.list(resource);
  const existing = new Set(items.map(({ metadata }) => metadata.name));
  for (const object of wanted) {
    if (existing.has(object.metadata.name)) continue;
    try {
      await client.create(resource, object);
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
  }
}
