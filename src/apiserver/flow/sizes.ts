/** How long lists were when they were last seen: a guess of what the next one costs. */
import { LRUCache } from 'lru-cache';
import type { RequestInfo } from '../request/info.ts';
import type { Sizes } from './classify.ts';

const MAX_KNOWN = 4096;

export interface SeenSizes extends Sizes {
  /** A whole list had so many objects. */
  seen(tenant: string, info: RequestInfo, count: number): void;
}

export function createSizes(): SeenSizes {
  const known = new LRUCache<string, number>({ max: MAX_KNOWN });
  const key = (tenant: string, { group, resource, namespace }: RequestInfo) =>
    `${tenant}\n${group}\n${resource}\n${namespace}`;
  return {
    // A short list of one namespace is no reason to remember it: it costs a seat, as what is not known.
    seen: (tenant, info, count) =>
      count > 100 || known.has(key(tenant, info)) ? known.set(key(tenant, info), count) : undefined,
    of: (tenant, info) => known.get(key(tenant, info)),
  };
}
