/** Empties terminating namespaces, then lets them go. Upstream: pkg/controller/namespace. */
import { isKnown, type Known, type Located, type ResourceRef } from '../../client/contract.ts';
import { NAMESPACES, type Namespace, PODS } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import type { KubeObject } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { type Remaining, terminatingStatus } from './conditions.ts';

const FINALIZER = 'kubernetes';
const PAGE = 500;
/** Deletes at once. */
const WIDTH = 8;
/** Each deletion in the namespace wakes this controller; the timer is for what is finalized without a trace. */
const RECHECK_SECONDS = 15;

export const namespaceController: Controller = {
  name: 'namespace-controller',
  watches: ['*'],
  /** Keys are names of namespaces: a terminating one, or one that something was just deleted from. */
  keys(change) {
    if (change.resource !== 'namespaces')
      return change.type === 'DELETED' && change.namespace ? [change.namespace] : [];
    const terminating = change.type !== 'DELETED' && change.object.metadata.deletionTimestamp !== undefined;
    return terminating ? [change.name] : [];
  },
  async reconcile(context, name) {
    const namespace = await context.client.find(NAMESPACES, '', name);
    if (namespace?.metadata.deletionTimestamp === undefined) return DONE;
    if (!namespace.spec?.finalizers?.includes(FINALIZER)) return DONE;
    return await terminate(context, namespace);
  },
};

async function terminate(context: ReconcileContext, namespace: Namespace): Promise<Result> {
  const { client } = context;
  const remaining = await deleteContent(context, namespace.metadata.name ?? '');
  const status = terminatingStatus(namespace, remaining, context.now());
  let current = namespace;
  if (!semanticEqual(status, namespace.status)) {
    current = await client.updateStatus(NAMESPACES, { ...namespace, status });
  }
  if (remaining.resources.size > 0) {
    if (remaining.errors.length > 0) throw new Error(remaining.errors.join(', '));
    return { outcome: 'after', seconds: RECHECK_SECONDS };
  }
  const finalizers = (current.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  try {
    await client.updateSubresource(NAMESPACES, 'finalize', { ...current, spec: { ...current.spec, finalizers } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
  return DONE;
}

/**
 * Asks for the deletion of what is left and tells what that is. Pods go first: until the last is gone nothing that it
 * may depend on (its policies, its account, its configuration) is touched.
 */
async function deleteContent(context: ReconcileContext, namespace: string): Promise<Remaining> {
  const pods = await context.client.list(PODS, { namespace });
  if (pods.items.length > 0) {
    return await deleteAll(
      context,
      pods.items.map((object) => ({ storedAs: 'pods', resource: PODS as ResourceRef<KubeObject>, object })),
    );
  }
  for (let limit = PAGE; ; limit *= 2) {
    const page = await context.ownership.inNamespace(namespace, limit);
    // A page of nothing but objects that wait for their finalizers, or for who knows them, may hide others behind it.
    const stuck = page.items.every((item) => !isDeletable(item));
    if (!stuck || !page.more) return await deleteAll(context, page.items);
  }
}

async function deleteAll(context: ReconcileContext, items: readonly Located[]): Promise<Remaining> {
  const errors: string[] = [];
  const queue = items.filter(isDeletable);
  const pending = queue.values();
  const drain = async () => {
    for (const item of pending) {
      if (context.signal.aborted) return;
      const error = await deleteOne(context, item);
      if (error !== undefined) errors.push(error);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, drain));
  return { ...count(items), errors };
}

function isDeletable(item: Located): item is Known {
  return isKnown(item) && item.object.metadata.deletionTimestamp === undefined;
}

async function deleteOne({ client }: ReconcileContext, { resource, object }: Known): Promise<string | undefined> {
  const { namespace = '', name = '', uid } = object.metadata;
  try {
    await client.delete(resource, namespace, name, {
      propagationPolicy: 'Background',
      preconditions: uid === undefined ? {} : { uid },
    });
    return undefined;
  } catch (error) {
    if (isStatus(error, 'NotFound') || isStatus(error, 'Conflict')) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

function count(items: readonly Located[]): Omit<Remaining, 'errors'> {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const add = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  const unknown = new Set<string>();
  for (const { storedAs, resource, object } of items) {
    if (resource === undefined) unknown.add(storedAs);
    add(resources, resource === undefined ? storedAs : `${resource.resource}.${resource.group}`);
    for (const finalizer of object.metadata.finalizers ?? []) add(finalizers, finalizer);
  }
  return { resources, finalizers, unknown };
}
