/**
 * The history of a workload's template as ControllerRevisions, which `kubectl rollout history` and `undo` read. Upstream:
 * pkg/controller/history. A revision's data is a strategic merge patch that puts the template back.
 */
import type { ResourceRef } from '../../client/contract.ts';
import { CONTROLLER_REVISIONS, type ControllerRevision } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { controllerOf, type KubeObject } from '../../meta/object.ts';
import type { LabelSelector } from '../../meta/selectors.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { claimChildren, controllerReference } from './claim.ts';
import type { PodTemplate } from './pod-control.ts';
import { templateHash } from './template-hash.ts';

/** Of a DaemonSet's pods the hash, of a StatefulSet's the name of their revision. */
export const REVISION_LABEL = 'controller-revision-hash';
const HASH_LABEL = 'controller.kubernetes.io/hash';

export type Revisioned = KubeObject & {
  spec?: { selector?: LabelSelector; template?: PodTemplate; revisionHistoryLimit?: number };
  status?: { collisionCount?: number };
};

export interface History {
  /** Of the owner's present template. */
  update: ControllerRevision;
  /** All, oldest first. */
  revisions: ControllerRevision[];
  /** How often a name was found taken; belongs in the owner's status. */
  collisionCount: number;
}

/** Adopts and releases the owner's revisions, and makes the one of its template the newest. */
export async function syncHistory<O extends Revisioned>(
  context: ReconcileContext,
  owner: O,
  ownerResource: ResourceRef<O>,
): Promise<History> {
  const claimed = await claimChildren(context, {
    owner,
    ownerResource,
    selector: owner.spec?.selector ?? {},
    resource: CONTROLLER_REVISIONS,
  });
  const revisions = claimed.sort(byRevision);
  const collisionCount = owner.status?.collisionCount ?? 0;
  const latest = revisions.at(-1);
  const equal = revisions.filter((each) => sameTemplate(templateOf(each), owner.spec?.template)).at(-1);
  if (equal === undefined) return await addRevision(context, owner, ownerResource, revisions, collisionCount);
  if (equal === latest) return { update: equal, revisions, collisionCount };
  // Rolled back: what the template was before is the newest again.
  const update = await context.client.update(CONTROLLER_REVISIONS, { ...equal, revision: latest!.revision + 1 });
  return { update, revisions: [...revisions.filter((each) => each !== equal), update], collisionCount };
}

/** The template that a revision keeps. */
export function templateOf({ data }: ControllerRevision): PodTemplate | undefined {
  const kept = (data as { spec?: { template?: PodTemplate & { $patch?: string } } } | undefined)?.spec?.template;
  if (kept === undefined) return undefined;
  const { $patch: _, ...template } = kept;
  return template;
}

/** The hash by which a revision and a DaemonSet's pods are labelled. */
export function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[REVISION_LABEL] ?? metadata.labels?.[HASH_LABEL] ?? '';
}

/** Deletes the oldest revisions beyond revisionHistoryLimit. Those of `live` names and the newest count as no history. */
export async function truncateHistory(
  { client }: ReconcileContext,
  owner: Revisioned,
  { revisions, update }: History,
  live: (revision: ControllerRevision) => boolean,
): Promise<void> {
  const unused = revisions.filter((each) => each.metadata.uid !== update.metadata.uid && !live(each));
  const excess = Math.max(0, unused.length - (owner.spec?.revisionHistoryLimit ?? 10));
  for (const { metadata } of unused.slice(0, excess)) {
    try {
      await client.delete(CONTROLLER_REVISIONS, metadata.namespace ?? '', metadata.name ?? '');
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
}

async function addRevision<O extends Revisioned>(
  { client }: ReconcileContext,
  owner: O,
  ownerResource: ResourceRef<O>,
  revisions: ControllerRevision[],
  knownCollisions: number,
): Promise<History> {
  for (let collisionCount = knownCollisions; ; collisionCount++) {
    const wanted = buildRevision(owner, ownerResource, (revisions.at(-1)?.revision ?? 0) + 1, collisionCount);
    const { namespace = '', name = '' } = wanted.metadata;
    let update: ControllerRevision;
    try {
      update = await client.create(CONTROLLER_REVISIONS, wanted);
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
      // Taken by another template of the same hash, or by a history that is not the owner's.
      update = await client.get(CONTROLLER_REVISIONS, namespace, name);
      if (controllerOf(update)?.uid !== owner.metadata.uid) continue;
      if (!sameTemplate(templateOf(update), owner.spec?.template)) continue;
    }
    return { update, revisions: [...revisions, update], collisionCount };
  }
}

function buildRevision(
  owner: Revisioned,
  ownerResource: ResourceRef<KubeObject>,
  revision: number,
  collisionCount: number,
): ControllerRevision {
  const template = structuredClone(owner.spec?.template ?? {});
  const hash = templateHash(template, collisionCount);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      // So long a name leaves room for the hash within the limit of 253.
      name: `${(owner.metadata.name ?? '').slice(0, 223)}-${hash}`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, [HASH_LABEL]: hash, [REVISION_LABEL]: hash },
      ...(owner.metadata.annotations === undefined ? {} : { annotations: { ...owner.metadata.annotations } }),
      ownerReferences: [controllerReference(owner, ownerResource)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision,
  };
}

function sameTemplate(a: PodTemplate | undefined, b: PodTemplate | undefined): boolean {
  return semanticEqual(a, b);
}

function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision || ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1)
  );
}
