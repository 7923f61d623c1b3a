/**
 * The surfaces of tenants, kept by tenant and revision. Outlives the requests of a process or isolate, so that what a
 * surface holds (discovery, OpenAPI, linked schemas) is made once. Keeps values, not promises: on Workers a promise
 * belongs to the request that made it, and dies with that.
 */
import { LRUCache } from 'lru-cache';
import type { ApiSurface, ApiSurfaces, SurfaceSource } from './contract.ts';
import { Ending } from './end.ts';
import type { SurfaceKinds } from './kinds.ts';
import { createSurface } from './surface.ts';

interface Kept {
  revision: number;
  surface: ApiSurface;
  ending: Ending;
}

export interface SurfaceCache {
  builtIn: ApiSurface;
  /** Reads what the tenant serves, unless what is kept is as new as this revision. */
  at(source: SurfaceSource, tenant: string, revision: number): ApiSurface | Promise<ApiSurface>;
}

export interface SurfacesOptions {
  builtIn: SurfaceKinds;
  /** What OpenAPI documents say as their version, e.g. "v1.35.0". */
  gitVersion: string;
  /** Surfaces kept of tenants that have kinds of their own; one that must give way ends. Default 200. */
  max?: number;
}

export function createSurfaces({ source, ...options }: SurfacesOptions & { source?: SurfaceSource }): ApiSurfaces {
  const cache = createSurfaceCache(options);
  return source === undefined ? { builtIn: cache.builtIn, of: () => cache.builtIn } : surfacesFrom(cache, source);
}

export function createSurfaceCache({ builtIn: kinds, gitVersion, max = 200 }: SurfacesOptions): SurfaceCache {
  const builtIn = createSurface(kinds, gitVersion);

  const kept = new LRUCache<string, Kept>({
    max,
    // One that gives way to a newer one has been ended with it.
    dispose: ({ ending }) => ending.endWith(undefined),
  });

  async function renew(source: SurfaceSource, tenant: string): Promise<ApiSurface> {
    const own = await source.load(tenant);
    const known = kept.get(tenant);
    if (known !== undefined && known.revision >= own.revision) return known.surface;
    const all = {
      ...kinds,
      stored: [...kinds.stored, ...own.stored],
      remote: [...kinds.remote, ...own.remote],
    };
    const ending = new Ending();
    const surface = createSurface(all, gitVersion, ending);
    known?.ending.endWith(surface);
    kept.set(tenant, { revision: own.revision, surface, ending });
    return surface;
  }

  return {
    builtIn,
    at(source, tenant, revision) {
      if (revision === 0) return builtIn;
      const known = kept.get(tenant);
      return known !== undefined && known.revision >= revision ? known.surface : renew(source, tenant);
    },
  };
}

/** The surfaces that a source tells of: it may belong to a request, what it led to is kept. */
export function surfacesFrom(cache: SurfaceCache, source: SurfaceSource): ApiSurfaces {
  const { builtIn } = cache;
  return {
    builtIn,
    of(tenant) {
      const revision = source.revision(tenant);
      const at = (found: number) => cache.at(source, tenant, found);
      return revision instanceof Promise ? revision.then(at) : at(revision);
    },
  };
}
