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

/** 0 when there is none, or none that is a number. */
export function revisionOf(object: Deployment | ReplicaSet): number {
  return integer(object.metadata.annotations?.[REVISION]) ?? 0;
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): number {
  return Math.max(0, ...replicaSets.map(revisionOf));
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
  revision: number,
): Annotations {
  const result = { ...annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(key)) setOwn(result, key, value);
  }
  const before = annotations?.[REVISION];
  if ((integer(before) ?? 0) >= revision) return result;
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

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
