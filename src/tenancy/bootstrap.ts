/** The objects that every cluster has from its first moment, as upstream's API server makes them. */
import type { Client } from '../client/contract.ts';
import { NAMESPACES, PRIORITY_CLASSES } from '../client/resources.ts';
import { isStatus } from '../meta/status-error.ts';
import { SYSTEM_PRIORITY_CLASSES } from '../meta/system-priority-classes.ts';

export const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

/** Makes the system namespaces that are missing. Safe with concurrent starters. */
export async function ensureSystemNamespaces(client: Client): Promise<void> {
  const { items } = await client.list(NAMESPACES);
  const existing = new Set(items.map((namespace) => namespace.metadata.name));
  for (const name of SYSTEM_NAMESPACES) {
    if (existing.has(name)) continue;
    try {
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
  }
}

/** Makes the system PriorityClasses that are missing. Safe with concurrent starters. */
export async function ensureSystemPriorityClasses(client: Client): Promise<void> {
  const { items } = await client.list(PRIORITY_CLASSES);
  const existing = new Set(items.map(({ metadata }) => metadata.name));
  for (const { name, value, description } of SYSTEM_PRIORITY_CLASSES) {
    if (existing.has(name)) continue;
    try {
      await client.create(PRIORITY_CLASSES, {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
        description,
      });
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
  }
}
