/** The three propagation policies, from the dependent's side and from the owner's. */
import { type DeleteOptions, isKnown, type Known, type Located, type ResourceRef } from '../../client/contract.ts';
import type { KubeObject } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { FOREGROUND, hasFinalizer, isDeleting, ORPHAN } from './keys.ts';
import { classifyOwners } from './owners.ts';

/** Deletes or unties the dependents of an owner, as the state of all their owners asks. */
export async function collectDependents(context: ReconcileContext, ownerUid: string): Promise<void> {
  await forEachKnown(await context.ownership.dependents(ownerUid), async (dependent) => {
    if (!context.signal.aborted) await collect(context, dependent);
  });
}

/**
 * Objects of a kind that this process does not know, say of a CustomResourceDefinition that another has just made. They
 * can be neither deleted nor untied here; what waits for that is looked at again, ever more rarely.
 */
export class UnknownKindsError extends Error {
  constructor(resources: Iterable<string>) {
    super(`objects of unknown kinds are left as they are: ${[...new Set(resources)].sort().join(', ')}`);
    this.name = 'UnknownKindsError';
  }
}

/** Throws at the end when there were others. */
async function forEachKnown(dependents: readonly Located[], act: (dependent: Known) => Promise<void>): Promise<void> {
  const unknown: string[] = [];
  for (const dependent of dependents) {
    if (isKnown(dependent)) await act(dependent);
    else unknown.push(dependent.storedAs);
  }
  if (unknown.length > 0) throw new UnknownKindsError(unknown);
}

/**
 * Deletes the object when no owner is left that exists, in the way that its own finalizers or its waiting owners ask;
 * when some exist the references to the others are dropped.
 */
async function collect(context: ReconcileContext, { resource, object }: Known): Promise<void> {
  if (isDeleting(object) || object.metadata.ownerReferences === undefined) return;
  const { solid, dangling, waiting } = await classifyOwners(context, object);
  if (solid.length > 0) {
    if (dangling.length + waiting.length === 0) return;
    await patchMeta(context, resource, object, { ownerReferences: solid });
    return;
  }
  if (dangling.length + waiting.length === 0) return;
  if (waiting.length > 0) {
    const own = await context.ownership.dependents(object.metadata.uid ?? '');
    if (own.length > 0) {
      // In a cycle each would wait for the next: whoever finds one waiting already lets its own owners go on.
      if (own.some((each) => isDeleting(each.object) && hasFinalizer(each.object, FOREGROUND))) {
        const ownerReferences = object.metadata.ownerReferences.map((each) => ({ ...each, blockOwnerDeletion: false }));
        await patchMeta(context, resource, object, { ownerReferences });
      }
      await remove(context, resource, object, 'Foreground');
      return;
    }
  }
  if (hasFinalizer(object, ORPHAN)) await remove(context, resource, object, 'Orphan');
  else if (hasFinalizer(object, FOREGROUND)) await remove(context, resource, object, 'Foreground');
  else await remove(context, resource, object, 'Background');
}

/** An object that is being deleted with a finalizer of ours: orphan its dependents, or delete them before it. */
export async function finalize(
  context: ReconcileContext,
  resource: ResourceRef<KubeObject>,
  object: KubeObject,
): Promise<void> {
  if (!isDeleting(object)) return;
  const uid = object.metadata.uid ?? '';
  if (hasFinalizer(object, ORPHAN)) {
    await forEachKnown(await context.ownership.dependents(uid), (dependent) => untie(context, dependent, uid));
    await dropFinalizer(context, resource, object, ORPHAN);
    return;
  }
  if (!hasFinalizer(object, FOREGROUND)) return;
  const blocking = (await context.ownership.dependents(uid)).filter(({ object: { metadata } }) =>
    metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
  );
  if (blocking.length === 0) await dropFinalizer(context, resource, object, FOREGROUND);
  await forEachKnown(blocking, (dependent) => collect(context, dependent));
}

async function untie(context: ReconcileContext, { resource, object }: Known, ownerUid: string): Promise<void> {
  const references = object.metadata.ownerReferences ?? [];
  const ownerReferences = references.filter((reference) => reference.uid !== ownerUid);
  if (ownerReferences.length < references.length) await patchMeta(context, resource, object, { ownerReferences });
}

async function dropFinalizer(
  context: ReconcileContext,
  resource: ResourceRef<KubeObject>,
  object: KubeObject,
  finalizer: string,
): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  await patchMeta(context, resource, object, { finalizers });
}

/** A compare-and-set: lists are replaced whole. What is gone is as wanted; a conflict is retried by the queue. */
async function patchMeta(
  { client }: ReconcileContext,
  resource: ResourceRef<KubeObject>,
  { metadata }: KubeObject,
  change: Record<string, unknown>,
): Promise<void> {
  const { namespace = '', name = '', uid, resourceVersion } = metadata;
  try {
    await client.patch(resource, namespace, name, 'merge', { metadata: { uid, resourceVersion, ...change } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}

/** Only this very object, as it was read: an owner added meanwhile must count. A conflict is retried by the queue. */
async function remove(
  { client }: ReconcileContext,
  resource: ResourceRef<KubeObject>,
  { metadata }: KubeObject,
  propagationPolicy: DeleteOptions['propagationPolicy'],
): Promise<void> {
  const { namespace = '', name = '', uid, resourceVersion } = metadata;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  try {
    await client.delete(resource, namespace, name, { propagationPolicy, preconditions });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
