/** The claims of a StatefulSet's pods: made before the pod, found again by their names, and deleted by whom they are owned. */
import type { ResourceRef } from '../../client/contract.ts';
import {
  PERSISTENT_VOLUME_CLAIMS,
  type PersistentVolumeClaim,
  PODS,
  type Pod,
  STATEFUL_SETS,
  type StatefulSet,
} from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import type { KubeObject, OwnerReference } from '../../meta/object.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { controllerReference } from '../shared/claim.ts';
import { messageOf } from '../shared/pod-control.ts';
import { claimName, claimsOf, ordinalOf } from './identity.ts';

/** Makes those that lack. Throws when one is being deleted, to be tried again. */
export async function ensureClaims(
  context: ReconcileContext,
  set: StatefulSet,
  podName: string,
  ordinal: number,
): Promise<void> {
  const { client, events } = context;
  for (const wanted of claimsOf(set, ordinal)) {
    const { namespace = '', name = '' } = wanted.metadata;
    const found = await client.find(PERSISTENT_VOLUME_CLAIMS, namespace, name);
    if (found?.metadata.deletionTimestamp !== undefined) throw new Error(`pvc ${name} is being deleted`);
    if (found !== undefined) continue;
    const about = `Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name}`;
    try {
      const ownerReferences = wantedOwners(set, wanted, undefined, false);
      await client.create(PERSISTENT_VOLUME_CLAIMS, { ...wanted, metadata: { ...wanted.metadata, ownerReferences } });
      await events.event(set, 'Normal', 'SuccessfulCreate', `create ${about} success`);
    } catch (error) {
      await events.event(
        set,
        'Warning',
        'FailedCreate',
        `create ${about.replace(' Pod ', ' for Pod ')} failed error: ${messageOf(error)}`,
      );
      throw error;
    }
  }
}

/** Whether a claim of the ordinal goes with a pod that was: then the new pod waits for a new claim. */
export async function hasStaleClaim({ client }: ReconcileContext, set: StatefulSet, ordinal: number): Promise<boolean> {
  if (!deletesClaims(set)) return false;
  for (const { metadata } of claimsOf(set, ordinal)) {
    const claim = await client.find(PERSISTENT_VOLUME_CLAIMS, metadata.namespace ?? '', metadata.name ?? '');
    const ofPod = claim?.metadata.ownerReferences?.some(
      ({ kind, name }) => kind === 'Pod' && name === `${set.metadata.name}-${ordinal}`,
    );
    if (claim?.metadata.deletionTimestamp !== undefined || ofPod) return true;
  }
  return false;
}

/** Gives the pod's claims the owners that the retention policy wants: the set, or the pod that goes for good. */
export async function retainClaims(
  { client }: ReconcileContext,
  set: StatefulSet,
  pod: Pod,
  condemned: boolean,
): Promise<void> {
  for (const template of set.spec?.volumeClaimTemplates ?? []) {
    const name = claimName(set, template.metadata?.name ?? '', ordinalOf(pod));
    const claim = await client.find(PERSISTENT_VOLUME_CLAIMS, set.metadata.namespace ?? '', name);
    if (claim === undefined) continue;
    const ownerReferences = wantedOwners(set, claim, pod, condemned);
    if (semanticEqual(ownerReferences, claim.metadata.ownerReferences)) continue;
    await client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata: { ...claim.metadata, ownerReferences } });
  }
}

export function deletesClaims({ spec }: StatefulSet): boolean {
  const { whenDeleted, whenScaled } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return whenDeleted === 'Delete' || whenScaled === 'Delete';
}

/** A claim that somebody else controls keeps its owners. */
function wantedOwners(
  set: StatefulSet,
  { metadata }: PersistentVolumeClaim,
  pod: Pod | undefined,
  condemned: boolean,
): OwnerReference[] {
  const present = metadata.ownerReferences ?? [];
  const isOurs = ({ uid }: OwnerReference) => uid === set.metadata.uid || uid === pod?.metadata.uid;
  if (present.some((each) => each.controller === true && !isOurs(each))) return present;
  const others = present.filter((each) => !isOurs(each));
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const own = (owner: KubeObject, resource: ResourceRef<KubeObject>) => [
    ...others,
    controllerReference(owner, resource),
  ];
  if (condemned && whenScaled === 'Delete' && pod !== undefined) return own(pod, PODS);
  return whenDeleted === 'Delete' ? own(set, STATEFUL_SETS) : others;
}
