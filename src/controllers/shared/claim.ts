/**
 * Adoption and release of children by selector, as upstream's ControllerRefManager does. An owner finds its children by
 * their references, at a cost that does not grow with the namespace. Labels are searched when an owner is new, and for an
 * orphan that turned up (adoptOrphans).
 */
import type { ResourceRef } from '../../client/contract.ts';
import { controllerOf, type KubeObject, type OwnerReference } from '../../meta/object.ts';
import {
  formatLabelSelector,
  type LabelSelector,
  labelSelectorRequirements,
  matchesLabels,
} from '../../meta/selectors.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import type { Selection } from '../../reconcile/keys.ts';

export interface ClaimOptions<O extends KubeObject, T extends KubeObject> {
  owner: O;
  ownerResource: ResourceRef<O>;
  selector: LabelSelector;
  resource: ResourceRef<T>;
  /** Children carry it while they are claimed: adoption adds it, release takes it away. */
  finalizer?: string;
  /** What a child must be besides what the selector says, such as of a name that the owner gives. Default: anything. */
  accepts?: (owner: O, child: T) => boolean;
}

/** Children of a resource that an owner may take in; {@link ClaimOptions} without the owner. */
export interface AdoptionOptions<O extends KubeObject, T extends KubeObject>
  extends Pick<ClaimOptions<O, T>, 'ownerResource' | 'resource' | 'accepts' | 'finalizer'> {
  /** Default: spec.selector is a label selector. */
  selectorOf?: (owner: O) => LabelSelector;
}

/** The reference by which a controller owns a child it made or adopted. */
export function controllerReference(owner: KubeObject, resource: ResourceRef<KubeObject>): OwnerReference {
  return {
    apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
    kind: resource.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * The children that the owner controls after adopting matching orphans and releasing those that match no more. Nothing
 * is adopted or released while the owner is being deleted.
 */
export async function claimChildren<O extends KubeObject, T extends KubeObject>(
  context: ReconcileContext,
  options: ClaimOptions<O, T>,
): Promise<T[]> {
  const { owner } = options;
  const requirements = labelSelectorRequirements(options.selector);
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const claimed: T[] = [];
  let mayAdopt: Promise<boolean> | undefined;
  for (const child of await candidates(context, options, formatLabelSelector(requirements))) {
    const controller = controllerOf(child);
    const matches = matchesLabels(requirements, child.metadata.labels) && (options.accepts?.(owner, child) ?? true);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(child);
      else if (!deleting) await release(context, options, child);
      continue;
    }
    if (!matches || deleting || child.metadata.deletionTimestamp !== undefined) continue;
    mayAdopt ??= isStillThere(context, options);
    if (!(await mayAdopt)) continue;
    const adopted = await adopt(context, options, child);
    if (adopted !== undefined) claimed.push(adopted);
  }
  return claimed;
}

/** Gives orphans of these labels to the first owner that selects them; their change then wakes it. */
export async function adoptOrphans<O extends KubeObject & { spec?: { selector?: unknown } }, T extends KubeObject>(
  context: ReconcileContext,
  { ownerResource, resource, finalizer, accepts = () => true, selectorOf = specSelector }: AdoptionOptions<O, T>,
  { namespace, labels }: Selection,
): Promise<void> {
  const requirementsOf = (owner: O) => labelSelectorRequirements(selectorOf(owner));
  const { client } = context;
  const takers = (await client.list(ownerResource, { namespace })).items.filter((owner) => {
    const mayTake = owner.metadata.deletionTimestamp === undefined;
    return mayTake && (labels === undefined || matchesLabels(requirementsOf(owner), labels));
  });
  if (takers.length === 0) return;
  const labelSelector = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const found = await client.list(resource, { namespace, labelSelector: labelSelector.join(',') });
  for (const orphan of found.items) {
    if (controllerOf(orphan) !== undefined || orphan.metadata.deletionTimestamp !== undefined) continue;
    const owner = takers.find(
      (each) => matchesLabels(requirementsOf(each), orphan.metadata.labels) && accepts(each, orphan),
    );
    if (owner === undefined) continue;
    const selector = selectorOf(owner);
    const options = { owner, ownerResource, resource, selector, ...(finalizer === undefined ? {} : { finalizer }) };
    if (await isStillThere(context, options)) await adopt(context, options, orphan);
  }
}

function specSelector(owner: KubeObject & { spec?: { selector?: unknown } }): LabelSelector {
  return (owner.spec?.selector ?? {}) as LabelSelector;
}

/** What refers to the owner already, whatever its labels; for an owner that was never looked at, what its selector finds too. */
async function candidates<O extends KubeObject, T extends KubeObject>(
  { client, ownership }: ReconcileContext,
  { owner, resource }: ClaimOptions<O, T>,
  labelSelector: string,
): Promise<T[]> {
  const { namespace = '', uid = '' } = owner.metadata;
  const [selected, dependents] = await Promise.all([
    isNew(owner) ? client.list(resource, { namespace, labelSelector }) : { items: [] },
    ownership.dependents(uid),
  ]);
  const byUid = new Map(selected.items.map((child) => [child.metadata.uid, child]));
  for (const { resource: found, object } of dependents) {
    if (found?.group !== resource.group || found.resource !== resource.resource) continue;
    if (object.metadata.namespace !== namespace || byUid.has(object.metadata.uid)) continue;
    byUid.set(object.metadata.uid, object as T);
  }
  return [...byUid.values()];
}

/** Its controller has not written a status yet. Kinds whose status tells no generation are told by its being empty. */
function isNew(owner: KubeObject & { status?: { observedGeneration?: number; uncountedTerminatedPods?: object } }) {
  const { observedGeneration, uncountedTerminatedPods } = owner.status ?? {};
  return observedGeneration === undefined && uncountedTerminatedPods === undefined;
}

/** The owner may have been deleted, or made anew under its name, since it was read. */
async function isStillThere<O extends KubeObject, T extends KubeObject>(
  { client }: ReconcileContext,
  { owner, ownerResource }: ClaimOptions<O, T>,
): Promise<boolean> {
  const fresh = await client.find(ownerResource, owner.metadata.namespace ?? '', owner.metadata.name ?? '');
  return fresh?.metadata.uid === owner.metadata.uid && fresh?.metadata.deletionTimestamp === undefined;
}

async function adopt<O extends KubeObject, T extends KubeObject>(
  { client }: ReconcileContext,
  { owner, ownerResource, resource, finalizer }: ClaimOptions<O, T>,
  child: T,
): Promise<T | undefined> {
  const { namespace = '', name = '', uid } = child.metadata;
  const reference = controllerReference(owner, ownerResource);
  try {
    return await client.patch(resource, namespace, name, 'strategic', {
      metadata: { uid, ownerReferences: [reference], ...(finalizer === undefined ? {} : { finalizers: [finalizer] }) },
    });
  } catch (error) {
    // Gone, or another controller was first: two references with controller=true are invalid.
    if (isStatus(error, 'NotFound') || isStatus(error, 'Invalid')) return undefined;
    throw error;
  }
}

async function release<O extends KubeObject, T extends KubeObject>(
  { client }: ReconcileContext,
  { owner, resource, finalizer }: ClaimOptions<O, T>,
  child: T,
): Promise<void> {
  const { namespace = '', name = '', uid } = child.metadata;
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  const held = finalizer === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': [finalizer] };
  try {
    await client.patch(resource, namespace, name, 'strategic', { metadata: { uid, ownerReferences, ...held } });
  } catch (error) {
    if (!isStatus(error, 'NotFound') && !isStatus(error, 'Invalid')) throw error;
  }
}
