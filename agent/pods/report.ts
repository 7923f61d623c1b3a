/** Writes a pod's status to the API, only when it says something new. */
import type { HttpClient } from '../../src/client/http.ts';
import { PODS, type Pod } from '../../src/client/resources.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { PodStatus } from './types.ts';

const OWN_FIELDS = [
  'observedGeneration',
  'phase',
  'reason',
  'message',
  'hostIP',
  'hostIPs',
  'podIP',
  'podIPs',
  'startTime',
  'initContainerStatuses',
  'containerStatuses',
  'conditions',
] as const;

const TRIES = 4;

/**
 * Returns the pod as it then is, or 'gone' when the API has none of that uid (any more). `compute` is asked again after a
 * conflict, with the pod's newer state. Throws StatusError when the API is away.
 */
export async function reportStatus(
  client: HttpClient,
  pod: Pod,
  compute: (pod: Pod) => PodStatus,
): Promise<Pod | 'gone'> {
  let current = pod;
  for (let attempt = 1; ; attempt++) {
    const status = compute(current);
    const patch = differences(current.status ?? {}, status);
    if (patch === undefined) return current;
    const { namespace = '', name = '', uid, resourceVersion } = current.metadata;
    try {
      // The revision makes it a compare-and-set: others write conditions too, and a merge replaces the whole list.
      const body = { metadata: { uid, resourceVersion }, status: patch };
      return await client.patch(PODS, namespace, name, 'merge', body, 'status');
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.code === 404) return 'gone';
      if (error.code !== 409 || attempt === TRIES) throw error;
      const latest = await client.find(PODS, namespace, name);
      if (latest === undefined || latest.metadata.uid !== uid) return 'gone';
      current = latest;
    }
  }
}

/** The merge patch from one status to another over the agent's fields; undefined when they say the same. */
export function differences(before: PodStatus, after: PodStatus): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of OWN_FIELDS) {
    if (canonical(before[field]) === canonical(after[field])) continue;
    patch[field] = after[field] ?? null;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** JSON with sorted keys, without what says nothing: null, {} and []. */
function canonical(value: unknown): string {
  return JSON.stringify(simplify(value)) ?? '';
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(simplify);
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .map(([key, each]) => [key, simplify(each)] as const)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
