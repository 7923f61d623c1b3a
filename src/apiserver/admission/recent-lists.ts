/**
 * What plugins ask with every pod and what seldom changes: classes, limits. Upstream answers from watches; here a list is
 * kept for a second, and not at all for a while after this process saw one of its objects being written.
 */
import { LRUCache } from 'lru-cache';
import type { Reader, ResourceRef } from '../../client/contract.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { AdmissionRequest } from './contract.ts';

const KEPT_MS = 1_000;
/** Longer than a write takes from admission to its end. */
const DISTRUSTED_MS = 3_000;
const MAX_LISTS = 1_000;

export interface RecentLists<T extends KubeObject> {
  /** `namespace` '' for cluster-scoped objects. */
  list(tenant: string, namespace: string): Promise<readonly T[]>;
  /** To be told of each request that writes one. */
  written(request: AdmissionRequest): void;
  isWrite(request: AdmissionRequest): boolean;
}

export function recentLists<T extends KubeObject>(
  readerOf: (tenant: string) => Reader,
  resource: ResourceRef<T>,
  now: () => number = Date.now,
): RecentLists<T> {
  const kept = new LRUCache<string, { items: readonly T[]; at: number }>({ max: MAX_LISTS });
  const distrusted = new LRUCache<string, number>({ max: MAX_LISTS });
  const keyOf = (tenant: string, namespace: string) => `${tenant}/${namespace}`;
  return {
    async list(tenant, namespace) {
      const key = keyOf(tenant, namespace);
      const known = kept.get(key);
      if (known !== undefined && now() - known.at < KEPT_MS) return known.items;
      const { items } = await readerOf(tenant).list(resource, resource.namespaced ? { namespace } : {});
      if (now() - (distrusted.get(key) ?? 0) > DISTRUSTED_MS) kept.set(key, { items, at: now() });
      return items;
    },
    isWrite: ({ definition, operation }) =>
      definition.group === resource.group && definition.resource === resource.resource && operation !== 'CONNECT',
    written({ tenant, namespace }) {
      const key = keyOf(tenant, namespace);
      distrusted.set(key, now());
      kept.delete(key);
    },
  };
}
