import { LRUCache } from 'lru-cache';
import type { Authenticated, TokenAuthenticator } from './contract.ts';

/** Revoking a token, or deleting its ServiceAccount or pod, takes effect within this time in every process. */
export const AUTHENTICATION_CACHE_SECONDS = 5;
const MAX_TOKENS = 10_000;

export interface CacheOptions {
  seconds?: number;
  /** Bounds memory: about 1.5 kB each, a ServiceAccount token being the key. */
  maxTokens?: number;
  now?(): number;
}

/**
 * Remembers successes for a few seconds, so that a client's burst of requests costs one database read and one signature
 * check. Concurrent requests with one token share one authentication. Refusals are not remembered: a guesser never
 * sends the same token twice, and a token made just now must work at once.
 */
export function cachedAuthenticator(inner: TokenAuthenticator, options: CacheOptions = {}): TokenAuthenticator {
  const now = options.now ?? Date.now;
  const ttl = (options.seconds ?? AUTHENTICATION_CACHE_SECONDS) * 1000;
  const cache = new LRUCache<string, Promise<Authenticated | undefined>>({
    max: options.maxTokens ?? MAX_TOKENS,
    ttl,
    ttlResolution: 0,
    perf: { now },
  });

  async function fresh(key: string, token: string, audiences?: readonly string[]): Promise<Authenticated | undefined> {
    try {
      const found = await inner.authenticate(token, audiences);
      if (found === undefined) cache.delete(key);
      return found;
    } catch (error) {
      cache.delete(key);
      throw error;
    }
  }

  return {
    async authenticate(token, audiences) {
      const key = audiences === undefined ? token : `${token}\n${audiences.join('\n')}`;
      let pending = cache.get(key);
      if (pending === undefined) {
        pending = fresh(key, token, audiences);
        cache.set(key, pending);
      }
      const found = await pending;
      if (found?.expiresAt !== undefined && found.expiresAt.getTime() <= now()) {
        cache.delete(key);
        return inner.authenticate(token, audiences);
      }
      return found;
    },
  };
}
