/** Settings of tenants' clusters: fixed when a tenant is made, so kept once they were read. */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ClusterSettings } from '../apiserver/registry/contract.ts';
import { readTenantSettings } from '../apiserver/storage/postgres/index.ts';
import type { Database } from '../db/connection.ts';

const MAX_TENANTS = 1000;

const settingsSchema = z.object({
  serviceCIDR: z.string(),
  clusterCIDR: z.string(),
  nodeCIDRMaskSize: z.number().int(),
  nodePortRange: z.tuple([z.number().int(), z.number().int()]),
  clusterDomain: z.string(),
});

export const DEFAULT_CLUSTER: ClusterSettings = {
  serviceCIDR: '10.96.0.0/16',
  clusterCIDR: '10.244.0.0/14',
  nodeCIDRMaskSize: 24,
  nodePortRange: [30000, 32767],
  clusterDomain: 'cluster.local',
};

/** A tenant's settings as the database has them. */
export function parseClusterSettings(settings: Record<string, unknown>): ClusterSettings {
  return settingsSchema.parse({ ...DEFAULT_CLUSTER, ...settings });
}

/** Plain data: may outlive the connection it was read by. */
export type ClusterSettingsCache = LRUCache<string, ClusterSettings>;

export function createClusterSettingsCache(): ClusterSettingsCache {
  return new LRUCache({ max: MAX_TENANTS });
}

/** Throws TenantNotFoundError. */
export function clusterSettingsReader(db: Database, cache = createClusterSettingsCache()) {
  return async (tenant: string): Promise<ClusterSettings> => {
    const known = cache.get(tenant) ?? parseClusterSettings(await readTenantSettings(db, tenant));
    cache.set(tenant, known);
    return known;
  };
}
