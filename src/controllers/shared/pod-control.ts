/** Making and deleting the pods of a template, with upstream's events (its RealPodControl) and its slow start. */
import type { ResourceRef } from '../../client/contract.ts';
import { PODS, type Pod } from '../../client/resources.ts';
import type { KubeObject } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { controllerReference } from './claim.ts';
import { isNamespaceTerminating } from './status-causes.ts';

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; finalizers?: string[] };
  spec?: Pod['spec'];
}

/** A pod of the template, owned by `owner`; the API server completes its name. Shares nothing with the template. */
export function podOfTemplate(
  owner: KubeObject,
  ownerResource: ResourceRef<KubeObject>,
  template: PodTemplate | undefined,
): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(owner, ownerResource)],
    },
    ...(template?.spec === undefined ? {} : { spec: structuredClone(template.spec) }),
  };
}

/** Nothing is made, and nothing thrown, in a namespace that is being deleted. */
export async function createPod({ client, events }: ReconcileContext, owner: KubeObject, pod: Pod): Promise<void> {
  try {
    const { metadata } = await client.create(PODS, pod);
    await events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${metadata.name}`);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    await events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
}

/** A pod that is gone, or another of its name, is left alone. */
export async function deletePod(
  { client, events }: ReconcileContext,
  owner: KubeObject,
  { metadata: { namespace = '', name = '', uid } }: Pod,
): Promise<void> {
  try {
    await client.delete(PODS, namespace, name, { preconditions: uid === undefined ? {} : { uid } });
    await events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  } catch (error) {
    if (isStatus(error, 'NotFound') || isStatus(error, 'Conflict')) return;
    await events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw error;
  }
}

/** All at once; throws the first failure after all have ended. */
export async function all<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(items.map(act));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
