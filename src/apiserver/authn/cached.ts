import { LRUCache } from 'lru-cache';
import type { Authenticated, TokenAuthenticator } from './contract.ts';

/** Revoking a token, or deleting its ServiceAccount or pod, takes effect within this time in every process. */
export const AUTHENTICATION_CACHE_SECONDS = 5;
const MAX_TOKENS = 10_000;
/** Characters; what is longer (a review of many audiences) is authenticated each time, so that memory stays bounded. */
const MAX_KEY_LENGTH = 16 * 1024;

/** Values, never promises, so that what shares one may be wired anew for each request (Workers). */
export type TokenCache = LRUCache<string, Authenticated>;

export interface TokenCacheOptions {
  seconds?: number;
  /** Bounds memory: about 1.5 kB each, a ServiceAccount token being the key. */
  maxTokens?: number;
  now?(): number;
}

/** Takes about a millisecond, for its tables: make one a process, not one a request. */
export function createTokenCache(options: TokenCacheOptions = {}): TokenCache {
  return new LRUCache<string, Authenticated>({
    max: options.maxTokens ?? MAX_TOKENS,
    ttl: (options.seconds ?? AUTHENTICATION_CACHE_SECONDS) * 1000,
    ttlResolution: 0,
    perf: { now: options.now ?? Date.now },
  });
}

/**
 * Remembers successes for a few seconds, so that a client's burst of requests costs one database read and one signature
 * check. Concurrent requests with one token share one authentication. Refusals are not remembered: a guesser never
 * sends the same token twice, and a token made just now must work at once. `cache` may be shared by several.
 */
export function cachedAuthenticator(
  inner: TokenAuthenticator,
  options: TokenCacheOptions & { cache?: TokenCache } = {},
): TokenAuthenticator {
  const now = options.now ?? Date.now;
  const cache = options.cache ?? createTokenCache(options);
  const pending = new Map<string, Promise<Authenticated | undefined>>();

  async function fresh(
    key: string,
    token: string,
    audiences: readonly string[] | undefined,
    tenant: string | undefined,
  ): Promise<Authenticated | undefined> {
    const start = now();
    try {
      const found = await inner.authenticate(token, audiences, tenant);
      // Counted from before the database was asked.
      if (found !== undefined && key.length <= MAX_KEY_LENGTH) cache.set(key, found, { start });
      return found;
    } finally {
      pending.delete(key);
    }
  }

  return {
    async authenticate(token, audiences, tenant) {
      const key = keyOf(token, audiences, tenant);
      const known = cache.get(key);
      if (known !== undefined && (known.expiresAt === undefined || known.expiresAt.getTime() > now())) return known;
      let work = pending.get(key);
      if (work === undefined) {
        work = fresh(key, token, audiences, tenant);
        pending.set(key, work);
      }
      return work;
    },
  };
}

/**
 * Injective whatever the texts contain: a token that itself looks like another's key must not be taken for it. A request's
 * own token, which no audience and no tenant goes with, is marked by one character.
 */
function keyOf(token: string, audiences: readonly string[] | undefined, tenant: string | undefined): string {
  return audiences === undefined && tenant === undefined
    ? `=${token}`
    : JSON.stringify([token, audiences ?? null, tenant ?? null]);
}
