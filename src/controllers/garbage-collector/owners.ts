/** What has become of an object's owners. */

import type { KubeObject, OwnerReference } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { FOREGROUND, hasFinalizer, isDeleting } from './keys.ts';

export interface Owners {
  /** They exist. */
  solid: OwnerReference[];
  /** They do not, or not with this uid. */
  dangling: OwnerReference[];
  /** They are deleted in the foreground and wait for this object to go. */
  waiting: OwnerReference[];
}

export async function classifyOwners(context: ReconcileContext, object: KubeObject): Promise<Owners> {
  const owners: Owners = { solid: [], dangling: [], waiting: [] };
  for (const reference of object.metadata.ownerReferences ?? []) {
    const owner = await findOwner(context, reference, object.metadata.namespace ?? '');
    if (owner === undefined) owners.dangling.push(reference);
    else if (
      owner !== 'unknown' &&
      reference.blockOwnerDeletion &&
      isDeleting(owner) &&
      hasFinalizer(owner, FOREGROUND)
    )
      owners.waiting.push(reference);
    else owners.solid.push(reference);
  }
  return owners;
}

/**
 * The live owner; undefined when there is none of that uid. 'unknown' where absence cannot be established: the kind is
 * not served, or a cluster-scoped object names a namespaced owner. Nothing is ever deleted for such an owner.
 */
export async function findOwner(
  { client, ownership }: ReconcileContext,
  reference: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name' | 'uid'>,
  namespace: string,
): Promise<KubeObject | 'unknown' | undefined> {
  const resource = await ownership.resourceOf(reference.apiVersion, reference.kind);
  if (resource === undefined || (resource.namespaced && namespace === '')) return 'unknown';
  try {
    const owner = await client.find(resource, resource.namespaced ? namespace : '', reference.name);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  } catch (error) {
    // A name that cannot exist.
    if (isStatus(error, 'Invalid') || isStatus(error, 'BadRequest')) return undefined;
    throw error;
  }
}
