/** The objects that every cluster has from its first moment, as upstream's API server makes them. */
import type { Client } from '../client/contract.ts';
import { NAMESPACES } from '../client/resources.ts';
import { isStatus } from '../meta/status-error.ts';

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
