import { LRUCache } from 'lru-cache';
import type { Reader } from '../../client/contract.ts';
import { PODS, type Pod } from '../../client/resources.ts';
import { MIRROR_POD, podReferences, type ReferencedResource } from '../../meta/pod-references.ts';

/** A node may read what a pod of it named for at most this long after the pod has gone. */
export const NODE_REFERENCES_SECONDS = 5;
/** A node and namespace each; a node has some 110 pods, which name a few objects each. */
const MAX_KEPT = 2000;

/** What a node's pods in one namespace name, as "resource/name". */
type Names = ReadonlySet<string>;

/** Values, never promises, so that what shares one may be wired anew for each request (Workers). */
export type NodeReferencesCache = LRUCache<string, Names>;

export interface NodeReferencesOptions {
  /** Reads as someone who may see all pods, without coming back through the authorizer. */
  reader(tenant: string): Reader;
  cache?: NodeReferencesCache;
  now?(): number;
}

export interface NodeReferences {
  /** Whether a pod that is bound to the node names the object. */
  has(tenant: string, node: string, namespace: string, resource: ReferencedResource, name: string): Promise<boolean>;
}

export function createNodeReferencesCache(options: { seconds?: number; now?(): number } = {}): NodeReferencesCache {
  return new LRUCache<string, Names>({
    max: MAX_KEPT,
    ttl: (options.seconds ?? NODE_REFERENCES_SECONDS) * 1000,
    ttlResolution: 0,
    perf: { now: options.now ?? Date.now },
  });
}

/**
 * Reads the pods of one node in one namespace by the index on their node, and keeps what they name for a few seconds.
 * What is not among them is looked for again, since a pod may have been bound a moment ago: questions that come during
 * a read wait for one more, together, so that a node that asks for what it may not have costs one list at a time.
 */
export function nodeReferences(options: NodeReferencesOptions): NodeReferences {
  const now = options.now ?? Date.now;
  const cache = options.cache ?? createNodeReferencesCache({ now });
  const running = new Map<string, { reading: Promise<Names>; next?: Promise<Names> }>();

  async function read(key: string, tenant: string, node: string, namespace: string): Promise<Names> {
    const start = now();
    const { items } = await options.reader(tenant).list(PODS, { namespace, fieldSelector: `spec.nodeName=${node}` });
    const names = namesOf(items);
    // Counted from before the database was asked.
    cache.set(key, names, { start });
    return names;
  }

  /** A read that begins after this call. */
  function fresh(key: string, tenant: string, node: string, namespace: string): Promise<Names> {
    const current = running.get(key);
    if (current !== undefined) {
      current.next ??= current.reading.then(
        () => fresh(key, tenant, node, namespace),
        () => fresh(key, tenant, node, namespace),
      );
      return current.next;
    }
    const reading = read(key, tenant, node, namespace).finally(() => running.delete(key));
    running.set(key, { reading });
    return reading;
  }

  return {
    async has(tenant, node, namespace, resource, name) {
      const key = JSON.stringify([tenant, node, namespace]);
      const wanted = `${resource}/${name}`;
      return (cache.get(key)?.has(wanted) ?? false) || (await fresh(key, tenant, node, namespace)).has(wanted);
    },
  };
}

function namesOf(pods: readonly Pod[]): Names {
  const names = new Set<string>();
  for (const { metadata, spec } of pods) {
    // A node makes its mirror pods itself: it must not thereby give itself anything.
    if (spec === undefined || metadata.annotations?.[MIRROR_POD] !== undefined) continue;
    for (const { resource, name } of podReferences(spec, metadata.name)) names.add(`${resource}/${name}`);
  }
  return names;
}
