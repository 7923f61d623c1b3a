/** The annotations by which a Deployment and its ReplicaSets remember revisions and sizes; kubectl reads them too. */
import type { Deployment, ReplicaSet } from '../../client/resources.ts';
import { setOwn } from '../../meta/own.ts';
import { rolloutLimits, wantedReplicas } from './fields.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Characters, as upstream limits it. */
const MAX_HISTORY_LENGTH = 2000;

/** Annotations of a Deployment that say nothing about its ReplicaSets. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Record<string, string>;

/** 0 when there is none, or none that is an integer of 64 bits. */
export function revisionOf(object: Deployment | ReplicaSet): bigint {
  return int64(object.metadata.annotations?.[REVISION]) ?? 0n;
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): bigint {
  return replicaSets.map(revisionOf).reduce((max, each) => (each > max ? each : max), 0n);
}

/** The Deployment's size when this ReplicaSet was last scaled. */
export function desiredReplicas(replicaSet: ReplicaSet): number | undefined {
  return integer(replicaSet.metadata.annotations?.[DESIRED_REPLICAS]);
}

/** The same with the surge. */
export function maxReplicas(replicaSet: ReplicaSet): number | undefined {
  return integer(replicaSet.metadata.annotations?.[MAX_REPLICAS]);
}

/** `annotations` of a ReplicaSet with the size the Deployment has now. */
export function withSize(annotations: Annotations | undefined, deployment: Deployment): Annotations {
  const desired = wantedReplicas(deployment);
  return {
    ...annotations,
    [DESIRED_REPLICAS]: String(desired),
    [MAX_REPLICAS]: String(desired + rolloutLimits(deployment).maxSurge),
  };
}

/**
 * `annotations` of the ReplicaSet that is to be the newest, `revision`: the Deployment's own are copied, and a ReplicaSet
 * that comes back (undo) notes the revisions it was before.
 */
export function withRevision(
  annotations: Annotations | undefined,
  deployment: Deployment,
  revision: bigint,
): Annotations {
  const result = { ...annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(key)) setOwn(result, key, value);
  }
  const before = annotations?.[REVISION];
  if ((int64(before) ?? 0n) >= revision) return result;
  result[REVISION] = String(revision);
  if (before !== undefined) result[REVISION_HISTORY] = withHistory(annotations?.[REVISION_HISTORY] ?? '', before);
  return result;
}

/** The list of former revisions with one more; the oldest are dropped when it grows too long. */
function withHistory(history: string, revision: string): string {
  const revisions = history === '' ? [] : history.split(',');
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(',').length > MAX_HISTORY_LENGTH) revisions.shift();
  return revisions.join(',');
}

/** Annotations are anyone's to write: what no int64 holds is no revision. */
function int64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
